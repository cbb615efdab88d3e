"""The phone numbers of the account, decoded from `GET /phone_numbers`: what the company notes about each.

Source: the API page "List phone numbers". The answer has the PIN of each number in clear. It is a credential: it is
read only to record that there is one and to strike it from the other texts, and is in no Struct.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from msgspec import Raw, Struct, structs

from portout.telnyx.decoding import UndecodableError, decode_lenient, load
from portout.telnyx.pin import pin_keys, strike_pins

_E164 = re.compile(r"\+[0-9]{7,15}")
_PIN: Final = "external_pin"


class PhoneNumber(Struct, frozen=True, kw_only=True):
    """What the account notes about one of its phone numbers.

    customer_reference: the company's own key or name of the customer. connection_name: the connection that calls to the
    number take. has_pin: whether a PIN of its own guards it against port-outs; None if Telnyx does not say.
    """

    id: str | None = None
    phone_number: str | None = None
    customer_reference: str | None = None
    tags: list[str] | None = None
    connection_name: str | None = None
    has_pin: bool | None = None

    @property
    def texts(self) -> str:
        """Return what a card may show as it is, in one text."""
        return f"{self.customer_reference} {' '.join(self.tags or ())} {self.connection_name}"

    def is_number(self, number: str) -> bool:
        """Return whether it is this number, which is in E.164."""
        return (self.phone_number or "").strip().removeprefix("+") == number.removeprefix("+")


def is_e164(number: str) -> bool:
    """Return whether a phone number is spelled in E.164: any other may be a number of somebody else."""
    return bool(_E164.fullmatch(number))


def decode_phone_numbers(rows: Iterable[Raw]) -> list[PhoneNumber]:
    """Decode rows from `GET /phone_numbers`; leave out those that are no phone number."""
    decoded = []
    for row in rows:
        with suppress(UndecodableError):
            values = load(bytes(row))
            decoded += [_decode(values)] if isinstance(values, dict) else []
    return decoded


def _decode(values: dict[str, Any]) -> PhoneNumber:
    """Decode the fields of a row, and drop its PIN."""
    pin = values.pop(_PIN, ...)
    number = structs.replace(decode_lenient(PhoneNumber, values), has_pin=_is_set(pin))
    # People write the PIN into tags and references, too.
    return strike_pins(number, number.texts, pin_keys((pin,)))


def _is_set(pin: object) -> bool | None:
    """Return whether a PIN is set; None for what is neither a PIN nor nothing."""
    match pin:
        case None | False:
            return False
        case str():
            return bool(pin.strip())
        case int() | float():  # a PIN of zeros may arrive as the number 0
            return True
    return None
