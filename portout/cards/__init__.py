"""How a look-up's results look in Slack."""
