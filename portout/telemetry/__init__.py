"""Logs, metrics and build information."""
