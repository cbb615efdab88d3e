"""Alerts in listed channels: what they name is shown in their thread."""
