"""The services behind the page: the faults that they can have, and what happens at Telnyx."""
