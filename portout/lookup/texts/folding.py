"""Fold typographic spellings in a text, so that an id in it is spelled as Telnyx spells it.

PDFs, phones and web pages replace the hyphens of an id, or put characters into it that nobody sees; links encode it.
"""

import re
from typing import Final
from urllib.parse import unquote

from portout.spelling import DASHES, INVISIBLE_RANGES

_DOUBLE_QUOTES: Final = "\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02"
_SINGLE_QUOTES: Final = "\u2018\u2019\u201a\u201b"
_TABLE: Final = {
    **dict.fromkeys(map(ord, DASHES), "-"),
    **dict.fromkeys(map(ord, _DOUBLE_QUOTES), '"'),
    **dict.fromkeys(map(ord, _SINGLE_QUOTES), "'"),
    **{code: None for first, last in INVISIBLE_RANGES for code in range(first, last + 1)},
}
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")


def fold(text: str) -> str:
    """Return a text with plain hyphens and quotes, without invisible characters and percent-encoding."""
    # Twice, for a link within a link.
    for _ in range(2):
        if "%" in text and _ENCODED.search(text):
            text = unquote(text)
    return text if text.isascii() else text.translate(_TABLE)
