"""What is measured, one kind of cost in each module."""
