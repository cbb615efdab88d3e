"""Tests of `bot/transport/verification`."""
