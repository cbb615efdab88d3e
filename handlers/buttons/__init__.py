"""Buttons on cards: a module for what each does."""
