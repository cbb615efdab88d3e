"""The facts of the measured card, read alike from the bot's Structs and from the SDK's models."""

from typing import Any, NamedTuple


class Facts(NamedTuple):
    """What the card of a pending port-out says."""

    event_id: str
    order_id: str
    carrier: str
    spid: str
    numbers: str
    subscriber: str
    support_key: str
    pon: str


def facts_of(event: Any, order: Any) -> Facts:
    """Read an event and its order; both libraries name the fields as Telnyx does."""
    said = event.payload
    return Facts(
        event.id,
        order.id,
        said.carrier_name,
        said.spid,
        ", ".join(said.phone_numbers),
        said.subscriber_name,
        order.support_key,
        order.pon,
    )
