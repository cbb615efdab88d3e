"""What names an order without its id: the support key, a phone number, the gaining carrier's PON, or its status.

Source: Telnyx's e-mail about a port-out names the support key and the numbers, and its list of orders has a filter for
each (operation ListPortoutRequest).
"""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from portout.telnyx.orders import OrderField


class Reference(Struct, frozen=True):
    """What orders are searched by: a filter of Telnyx's list of orders. value: as Telnyx spells it."""

    field: OrderField
    value: str

    @property
    def log_name(self) -> str:
        """Return what a log may say of it: a phone number and a PON, which may hold one, are named by their kind."""
        return self.field if self.field in {"phone_number", "pon"} else self.value


PENDING: Final = Reference("status", "pending")
"""All orders that wait for an answer."""

_MAX_KEYS: Final = (
    200  # and what looks like one, of one text: people paste fewer, and a hostile text must not take longer
)
_MAX_PON: Final = 64  # characters

BEGINS: Final = r"(?:(?<![0-9A-Za-z])|(?<=\\[nrt])|(?<=\\u[0-9A-Fa-f]{4})|(?<=%[0-9A-Fa-f]{2}))"
"""Where an id or a key may begin: right before it may be an escape of JSON, which ends in a letter or a digit, or of a
URL that is not folded."""

_BEGINS = re.compile(BEGINS)
_KEY_AFTER = re.compile(r"([0-9a-z]{6})(?![0-9a-z])")
_HEX = re.compile(r"[0-9a-f]{6}")
_PON = re.compile(
    r"(?<![\w-])pon(?:\s*[:=#]\s*|\s+#?)(?:\"(?P<quoted>[^\"\n]+)\"|(?P<word>[^\s\"`,;|<>]+))", re.IGNORECASE
)


def find_support_keys(text: str) -> Iterator[Reference]:
    """Yield the support keys in a text that was folded, in Telnyx's spelling: `PO_` and lower-case letters."""
    text, end = text.lower(), 0
    for _ in range(_MAX_KEYS):
        start = text.find("po_", end)
        if start < 0:
            return
        end = start + 3
        match = _KEY_AFTER.match(text, end)
        # Names of fields of purchase orders, such as PO_NUMBER and po_status, are no keys: those consist of hex digits.
        if match and _BEGINS.match(text, start) and (_HEX.fullmatch(match[1]) or not match[1].isalpha()):
            yield Reference("support_key", f"PO_{match[1]}")


def find_pons(text: str) -> Iterator[tuple[tuple[int, int], Reference]]:
    """Yield the PONs in a text that a person typed, such as `pon ORC-20417`, each with where it begins and ends."""
    for match in _PON.finditer(text):
        pon = (match["quoted"] or match["word"]).rstrip(".:!?)'").strip()
        if 0 < len(pon) <= _MAX_PON:
            yield match.span(), Reference("pon", pon)
