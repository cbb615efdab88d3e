"""One card for each type of event, and one for an order."""
