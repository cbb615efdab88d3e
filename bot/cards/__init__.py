"""How an event, a failure and the help look in Slack."""
