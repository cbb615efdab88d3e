"""The stand-in for Slack: its server, and the signed requests that Slack sends to the bot."""
