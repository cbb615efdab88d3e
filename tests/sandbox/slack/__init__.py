"""Tests of `sandbox/slack`."""
