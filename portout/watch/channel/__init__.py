"""What stands in the watch's channel: the messages, what they record, and how they are posted once."""
