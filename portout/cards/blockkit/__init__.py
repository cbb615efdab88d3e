"""Block Kit with Slack's limits, safe text, and output for terminals."""
