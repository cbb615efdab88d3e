"""Tests of `portout/lookup/overview`."""
