"""Port-out: what Telnyx says of a port-out, and how it looks in Slack."""
