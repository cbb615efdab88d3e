"""The stand-in for Telnyx: its server, and the account that it serves."""
