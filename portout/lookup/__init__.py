"""Ids in, results out."""
