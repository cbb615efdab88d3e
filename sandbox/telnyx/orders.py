"""The orders that the sample events are about, as `GET /portouts/{id}` returns them.

Names, ids and SPIDs are invented. The numbers end in 555-0100 to 555-0199, which belong to nobody.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec import Struct

from sandbox.telnyx.documented_events import DOCUMENTED_ORDER_ID

OWNER_ID: Final = "0ff689dd-89b4-4b36-a4ea-8ea26ff4df3f"
"""The account that the numbers leave."""

WAITING: Final = "fe1c589b-3f37-4647-9832-ec80a5485c3d"
"""An order of three hours ago that nobody has answered."""

OVER_24_H: Final = "d1b9f9f3-5f6e-4f0c-9a55-7e1b6a3c8d42"
"""An order of 30 hours ago that nobody has answered: Telnyx may authorize it at any moment."""

OVER_48_H: Final = "7a40c1de-2b97-4d18-8c63-95f0e2a7b31c"
"""An order of 53 hours ago that nobody has answered, and that Telnyx has not authorized either."""

APPROVED: Final = "2ce60e92-8f8e-42e0-baea-658a899c92a5"
"""An order that nobody answered, so that Telnyx authorized it."""

OBJECTED: Final = "ed78ba6e-b2d4-410b-8c8d-c302899a5c6b"
"""An order that we rejected, which Telnyx has yet to accept."""

WRONG_PIN: Final = "cea9671e-e814-43a1-9c9c-b48c638faabf"
"""An order that Telnyx rejected for its PIN."""

WITHDRAWN: Final = "050a83f3-c2aa-4f4c-8f67-a97cab6579e7"
"""An order that the gaining carrier took back."""

GONE: Final = "3f3f8857-a30f-4492-a19a-a8f70dc5fa27"
"""An order whose number has left."""

ODD: Final = "b8e5d2a6-0f43-4c7b-9e21-3d6c58f1a094"
"""An order with a comment that nobody would write."""


class _Order(Struct, frozen=True, kw_only=True):
    """The fields in which orders differ. age: hours before now. foc: hours after now."""

    id: str
    status: str
    age: float
    foc: float | None = None
    support_key: str
    pon: str
    phone_numbers: tuple[str, ...]
    carrier_name: str
    spid: str
    end_user_name: str
    reason: str | None = None
    rejection_code: int | None = None


_DOCUMENTED_AT = datetime(2021, 3, 19, 10, 7, 15, tzinfo=UTC)
_DOCUMENTED_ORDER = _Order(
    id=DOCUMENTED_ORDER_ID,
    status="authorized",
    age=0,
    support_key="PO_3ef722",
    pon="TST-00001",
    phone_numbers=("+35312345678",),
    carrier_name="Testing Carrier",
    spid="987H",
    end_user_name="John Doe",
)
_ORDERS = (
    _Order(
        id=WAITING,
        status="pending",
        age=3,
        support_key="PO_4bb39f",
        pon="ORC-20417",
        phone_numbers=("+13125550142", "+13125550143"),
        carrier_name="Orchid Wireless",
        spid="9Z1Q",
        end_user_name="Wilhelmina Quartz",
    ),
    _Order(
        id=OVER_24_H,
        status="pending",
        age=30,
        support_key="PO_91d27e",
        pon="QFM-00322",
        phone_numbers=("+13035550154",),
        carrier_name="Quillfeather Mobile",
        spid="7X3S",
        end_user_name="Philippa Marsh",
    ),
    _Order(
        id=OVER_48_H,
        status="pending",
        age=53,
        support_key="PO_38fa60",
        pon="MRD-77034",
        phone_numbers=("+15035550121", "+15035550122", "+15035550123"),
        carrier_name="Marrowdale Telecom",
        spid="8Y2R",
        end_user_name="Harbor Lane Bakery",
    ),
    _Order(
        id=APPROVED,
        status="authorized",
        age=70,
        foc=72,
        support_key="PO_7cc585",
        pon="MRD-77120",
        phone_numbers=("+14155550110", "+14155550111", "+14155550112", "+14155550113", "+14155550114"),
        carrier_name="Marrowdale Telecom",
        spid="8Y2R",
        end_user_name="Juniper & Pike Dental",
    ),
    _Order(
        id=OBJECTED,
        status="rejected-pending",
        age=22,
        support_key="PO_e25764",
        pon="QFM-00318",
        phone_numbers=("+12065550177",),
        carrier_name="Quillfeather Mobile",
        spid="7X3S",
        end_user_name="Barnaby Thistlewick",
        reason="The customer did not ask for this port",
        rejection_code=1001,
    ),
    _Order(
        id=WRONG_PIN,
        status="rejected",
        age=1,
        support_key="PO_ca03bc",
        pon="ORC-20533",
        phone_numbers=("+16175550119",),
        carrier_name="Orchid Wireless",
        spid="9Z1Q",
        end_user_name="Octavia Fennimore",
        reason="Invalid PIN",
        rejection_code=1002,
    ),
    _Order(
        id=WITHDRAWN,
        status="canceled",
        age=30,
        support_key="PO_0c6bfd",
        pon="QFM-00291",
        phone_numbers=tuple(f"+12125550{last}" for last in range(163, 187)),  # more than a card shows
        carrier_name="Quillfeather Mobile",
        spid="7X3S",
        end_user_name="Lumen & Sparrow Books",
    ),
    _Order(
        id=GONE,
        status="ported",
        age=120,
        foc=-2,
        support_key="PO_076aad",
        pon="MRD-76004",
        phone_numbers=("+17135550128",),
        carrier_name="Marrowdale Telecom",
        spid="8Y2R",
        end_user_name="Cornelius Vane",
    ),
    _Order(
        id=ODD,
        status="rejected-pending",
        age=20,
        support_key="PO_5d80b4",
        pon="ORC-20498",
        phone_numbers=("+14045550136",),
        carrier_name="Orchid Wireless",
        spid="9Z1Q",
        end_user_name="Ottoline Fairweather",
        reason="The customer did not ask for this port",
        rejection_code=1001,
    ),
)


def orders(now: datetime) -> list[dict[str, Any]]:
    """Return every order as of `now`."""
    return [_details(_DOCUMENTED_ORDER, _DOCUMENTED_AT), *(_details(order, now) for order in _ORDERS)]


def _details(order: _Order, now: datetime) -> dict[str, Any]:
    known = msgspec.to_builtins(order)
    opened = _time(now - timedelta(hours=known.pop("age")))
    foc = known.pop("foc")
    return {
        **known,
        "phone_numbers": list(order.phone_numbers),
        "record_type": "portout",
        "already_ported": order.status == "ported",
        "current_carrier": "Telnyx",
        "foc_date": None if foc is None else _time(now + timedelta(hours=foc)),
        "requested_foc_date": _time(now + timedelta(days=4, hours=-order.age)),
        "user_id": OWNER_ID,
        "vendor": "81c62b6c-3c09-477f-9f04-27825d96534a",
        "host_messaging": False,
        "lsr": [],
        "created_at": opened,
        "inserted_at": opened,
        "updated_at": opened,
        **dict.fromkeys(("authorized_name", "service_address", "city", "state", "zip")),
    }


def _time(moment: datetime) -> str:
    # Orders spell their dates without a fraction, events with one.
    return moment.astimezone(UTC).isoformat(timespec="seconds")
