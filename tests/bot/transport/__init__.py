"""Tests of `bot/transport`."""
