"""Tests of `handlers/alerts`."""
