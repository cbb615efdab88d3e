"""What was already done, and who works on what."""
