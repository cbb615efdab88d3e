"""Tests of the product's core."""
