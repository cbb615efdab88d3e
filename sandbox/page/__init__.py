"""The sandbox as a web page: a Slack channel in which the bot can be seen and tried."""
