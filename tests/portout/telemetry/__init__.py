"""Tests of `portout/telemetry`."""
