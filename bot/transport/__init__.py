"""How Slack's requests reach the app, over HTTP or Socket Mode."""
