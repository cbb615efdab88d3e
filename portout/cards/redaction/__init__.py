"""Redaction: what a channel may see of Telnyx's answers."""
