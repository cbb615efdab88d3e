"""Whether a request came from whom it says: just now, once, and within limits of time and memory."""
