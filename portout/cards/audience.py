"""Who can see a card, which decides how much of the customer's data it shows."""

from enum import Enum


class Audience(Enum):
    """The readers of a card.

    PRIVATE: only the person who asked for it, who may see everything. PRIVATE_MASKED: only the person who asked for it,
    who may not see details. CHANNEL: everybody in a channel.
    """

    PRIVATE = "private"
    PRIVATE_MASKED = "private, masked"
    CHANNEL = "channel"

    @property
    def is_masked(self) -> bool:
        """Return whether the readers see numbers, names and texts masked (docs/privacy.md, "How masking works")."""
        return self is not Audience.PRIVATE
