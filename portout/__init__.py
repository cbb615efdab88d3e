"""The library: look-ups at Telnyx, cards, calls of Slack, and the record of what was done."""
