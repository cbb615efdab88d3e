"""Tests, in the folders of the modules they test; against real parts and stand-ins for Slack and Telnyx, no mocks."""
