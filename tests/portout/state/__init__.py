"""Tests of `portout/state`."""
