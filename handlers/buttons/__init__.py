"""The buttons on cards, a module for each."""
