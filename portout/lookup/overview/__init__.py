"""What waits and what leaves in the account, as the Home tab shows it."""
