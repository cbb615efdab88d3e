"""The library: look up, draw cards, talk to Telnyx and Slack, remember what was done."""
