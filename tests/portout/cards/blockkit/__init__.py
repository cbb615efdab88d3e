"""Tests of `portout/cards/blockkit`."""
