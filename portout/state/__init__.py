"""The record of what was done, and the leases on what is in work."""
