"""Block Kit with Slack's limits, text made safe to show, and output for terminals."""
