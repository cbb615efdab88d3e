"""Calls over HTTP: how they are made, and what their answers mean."""
