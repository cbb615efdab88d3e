"""Tests of `handlers/buttons`."""
