"""Fold typographic spellings in a text, so that an id in it is spelled as Telnyx spells it.

PDFs, phones and web pages replace the hyphens of an id, or put characters into it that nobody sees; links encode it.
"""

import re
from typing import Final
from urllib.parse import unquote

_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_DOUBLE_QUOTES: Final = "\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02"
_SINGLE_QUOTES: Final = "\u2018\u2019\u201a\u201b"
# Format characters and variation selectors: soft hyphen, zero-width space and joiners, marks of direction, BOM.
_INVISIBLE: Final = (
    *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x180E, 0xFEFF),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10),
)
_TABLE: Final = {
    **dict.fromkeys(map(ord, _DASHES), "-"),
    **dict.fromkeys(map(ord, _DOUBLE_QUOTES), '"'),
    **dict.fromkeys(map(ord, _SINGLE_QUOTES), "'"),
    **dict.fromkeys(_INVISIBLE, None),
}
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")


def fold(text: str) -> str:
    """Return a text with plain hyphens and quotes, without invisible characters and percent-encoding."""
    # Twice, for a link within a link.
    for _ in range(2):
        if "%" in text and _ENCODED.search(text):
            text = unquote(text)
    return text if text.isascii() else text.translate(_TABLE)
