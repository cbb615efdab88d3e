"""Lists of orders, a line for each: what waits, and what a phone number or another reference finds."""
