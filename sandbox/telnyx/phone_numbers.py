"""The phone numbers of the account, as `GET /phone_numbers` returns them: what the company notes about each.

Source: the API page "List phone numbers". Fields that nobody needs here are left out. The PIN comes in clear.
"""

from collections.abc import Iterable
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

_OWNERS: Final = (
    (None, (), None),
    ("CUST-20417", ("retail", "branch-12"), "Main SIP trunk"),
    ("Cedar Row Group", ("customer",), "Customer SIP"),
)


def phone_numbers(numbers: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the row of each number, by the number. A number always has the same row; some have no PIN or notes.

    Numbers that differ in their last digit only belong to one customer.
    """
    return {number: _row(number) for number in numbers}


def _row(number: str) -> dict[str, Any]:
    row_id = uuid5(NAMESPACE_URL, number)
    customer_reference, tags, connection_name = _OWNERS[sum(number[:-1].encode()) % len(_OWNERS)]
    return {
        "id": str(row_id.int >> 64),
        "record_type": "phone_number",
        "phone_number": number,
        "phone_number_type": "local",
        "country_iso_alpha2": "US",
        "status": "port-out-pending",
        "customer_reference": customer_reference,
        "tags": list(tags),
        "connection_id": None if connection_name is None else "1293384261075731499",
        "connection_name": connection_name,
        "external_pin": f"{row_id.int % 10_000:04}" if row_id.int % 2 else None,
        "deletion_lock_enabled": False,
        "purchased_at": "2024-05-06T07:08:09.000Z",
        "created_at": "2024-05-06T07:08:09.000Z",
    }
