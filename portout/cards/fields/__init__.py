"""The texts of single fields of a card."""
