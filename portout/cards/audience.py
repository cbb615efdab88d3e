"""Who can see a card, which decides how much of the customer's data it shows."""

from enum import Enum


class Audience(Enum):
    """The readers of a card.

    PRIVATE: only the person who asked for it; everything is shown. CHANNEL: everybody in a channel; phone numbers are
    reduced to their last four digits, subscribers to initials, and free text is cut short.
    """

    PRIVATE = "private"
    CHANNEL = "channel"
