"""Tests of `portout/lookup`."""
