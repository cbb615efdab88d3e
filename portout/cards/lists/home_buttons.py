"""The buttons of the Home tab, and the value that they carry."""

from typing import Final

from msgspec import Struct

HOME_REFRESH: Final = "home_refresh"
WAITING_EARLIER: Final = "waiting_earlier"
WAITING_LATER: Final = "waiting_later"
LEAVING_EARLIER: Final = "leaving_earlier"
LEAVING_LATER: Final = "leaving_later"
HOME_PAGES: Final = (WAITING_EARLIER, WAITING_LATER, LEAVING_EARLIER, LEAVING_LATER)


class HomeValue(Struct, frozen=True, omit_defaults=True):
    """The value of a button for a page of the Home tab. waiting, leaving: the page of each list, from 1."""

    waiting: int = 1
    leaving: int = 1
