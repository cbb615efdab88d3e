"""The cards: one module for each type of event, and one for an order."""
