"""Telnyx's API: calls and decoding."""
