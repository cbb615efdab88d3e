"""Tests: `bot` and `handlers` mirrored, against real parts and stand-ins for Slack and Telnyx, never mocks."""
