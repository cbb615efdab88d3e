"""What the bot is measured against: the same work, done as the libraries' documentation shows."""
