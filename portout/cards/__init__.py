"""The Slack messages and modals that show the results of a look-up."""
