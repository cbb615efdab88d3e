"""Tests of `portout/cards`."""
