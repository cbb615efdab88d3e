"""Whom a card tells people to call, as the operator of the bot names them."""

from typing import Final

from msgspec import Struct

TELNYX_PORTING: Final = "Telnyx porting (+1 888-980-9750 option 4, or lnp@telnyx.com)"
"""Telnyx's porting desk. Source: Telnyx's port-out guide and its help centre."""


class Contacts(Struct, frozen=True):
    """Whom a card tells people to call.

    porting: whoever can stop or dispute a port-out, as the object of "call". owner: who runs this bot; empty where the
    operator does not say.
    """

    porting: str = TELNYX_PORTING
    owner: str = ""

    @property
    def operator(self) -> str:
        """Return who runs this bot, in words that fit into a sentence."""
        return f"{self.owner}, who runs this bot," if self.owner else "whoever runs this bot"


DEFAULT_CONTACTS: Final = Contacts()
