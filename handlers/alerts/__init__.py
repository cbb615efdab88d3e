"""Alerts in the listed channels, answered in their threads."""
