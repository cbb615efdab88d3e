"""Tests of `portout/telnyx`."""
