"""Look-ups: from the ids in a text to their results."""
