"""Access rules, the rate limit per person, and the audit log."""
