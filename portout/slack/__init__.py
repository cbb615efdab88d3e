"""Slack's Web API and payloads, answers to people, replies in threads."""
