"""The bot's messages in Slack: posts in turns, and replies, at most one to each message."""
