"""Tests of `sandbox/telnyx`."""
