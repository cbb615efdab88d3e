"""The demo in a terminal: a scripted user tries every sample event and every surface of the bot."""
