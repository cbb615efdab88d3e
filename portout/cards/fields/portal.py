"""The address of Mission Control, which may lead to a single port-out."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from portout.cards.blockkit.blocks import MAX_URL
from portout.lookup.portout_facts import numbers_of
from portout.lookup.results import LookupFailure, LookupResult
from portout.telnyx.orders import is_support_key

DEFAULT_PORTAL_URL: Final = "https://portal.telnyx.com/#/app/numbers/port-outs"
"""Telnyx's list of port-outs, which people search by number or support key. No address of a single one is known."""

PLACEHOLDERS: Final = ("order_id", "support_key", "phone_number")
"""The names that may stand in braces in the address of Mission Control, for the values of the port-out shown."""

_PLACEHOLDER = re.compile(rf"\{{({'|'.join(PLACEHOLDERS)})\}}")
_E164 = re.compile(r"\+[0-9]{7,15}")


def portal_page(address: str, result: LookupResult | None, *, is_masked: bool) -> str:
    """Return the address with the result's values in it; the address of Telnyx's list where one of them is missing.

    result: None where the answer is not about a single port-out. is_masked: whether the readers see numbers masked.
    """
    if "{" not in address:
        return address
    names = set(_PLACEHOLDER.findall(address))
    values = _portal_values(result, is_masked=is_masked)
    if not names <= values.keys():
        return DEFAULT_PORTAL_URL
    page = _PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), address)
    return page if len(page) <= MAX_URL else DEFAULT_PORTAL_URL


def _portal_values(result: LookupResult | None, *, is_masked: bool) -> Mapping[str, str]:
    """Return a result's values by their placeholders, those that are known and that the readers may see."""
    if result is None or isinstance(result, LookupFailure):
        return {}
    numbers = numbers_of(result)
    values = {"order_id": result.order_id or ""}
    # What Telnyx sent in its place may be anything, a number or a name included.
    if (key := result.order.support_key) and is_support_key(key):
        values["support_key"] = key
    # A button is stored at Slack, and who sees the message masked could read the number in its address.
    if numbers and not is_masked and _E164.fullmatch(numbers[0]):
        values["phone_number"] = numbers[0]
    return {name: value for name, value in values.items() if value}
