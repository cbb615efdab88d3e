"""Who sees a card decides how much it tells."""

from enum import Enum


class Audience(Enum):
    """PRIVATE: in full, for the one who asked. CHANNEL: for everybody there, without what identifies a customer.

    In a channel, numbers are shown by their last four digits, subscribers by initials, and free text is cut short.
    """

    PRIVATE = "private"
    CHANNEL = "channel"
