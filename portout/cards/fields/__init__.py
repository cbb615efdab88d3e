"""The lines of a card that show single fields."""
