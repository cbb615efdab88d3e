"""Tests of `portout/slack`."""
