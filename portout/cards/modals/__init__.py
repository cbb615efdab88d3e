"""The windows that a button opens: each shows more than a card has room for."""
