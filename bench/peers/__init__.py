"""What the bot is measured against: the same work, done the way the libraries' documentation has it."""
