"""Who may do what, how often, and the audit log."""
