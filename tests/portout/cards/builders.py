"""Messages as the bot answers with them, from results that are given: for the golden files and the tests of cards."""

import io
from datetime import timedelta
from typing import Any, Final

from msgspec import Struct, structs
from rich.console import Console

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import Message
from portout.cards.blockkit.terminal import print_message
from portout.cards.buttons import ButtonValue, CardButtons, OrderListValue
from portout.cards.contacts import DEFAULT_CONTACTS
from portout.cards.fields.portal import DEFAULT_PORTAL_URL
from portout.cards.lists.order_list import order_list_message, page_of_orders
from portout.cards.message import build_message
from portout.cards.notices import help_message
from portout.lookup.results import LookupFailure, LookupResult, LookupResults, MoreOrders, OrderList
from portout.lookup.texts.identifiers import parse_typed_ids
from portout.lookup.texts.references import PENDING, Reference
from portout.telnyx.errors import TelnyxError
from tests.portout.payloads import EVENT_ID, NOW, event_result, order, order_result

REFERENCE: Final = "k7m2qp"
COMMAND: Final = "/portout-event"
IDS: Final = (
    EVENT_ID,
    "3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b4a",
    "0b6d2a94-51c3-4f0e-8b77-c2f5a1d09e63",
    "c4a8e1f2-7d36-4b95-a0c1-5e9b8d7f6032",
    "7e2f9b10-64ad-4c38-9f51-d80b3a6c1e45",
)


class Case(Struct, frozen=True):
    """A message, the results in it if it answers a look-up, and whom it calls, as mrkdwn."""

    message: Message
    results: tuple[LookupResult, ...] = ()
    mentions: tuple[str, ...] = ()

    @property
    def rendered(self) -> str:
        """The message as text in a terminal; dates in UTC."""
        page = io.StringIO()
        print_message(Console(file=page, width=100, color_system=None, force_terminal=False), self.message)
        return "\n".join(line.rstrip() for line in page.getvalue().splitlines()) + "\n"


def lookup_case(
    *results: LookupResult,
    omitted: int = 0,
    unknown: int = 0,
    malformed: tuple[str, ...] = (),
    audience: Audience = Audience.PRIVATE,
    portal_url: str = DEFAULT_PORTAL_URL,
    more: tuple[MoreOrders, ...] = (),
) -> Case:
    """Return the answer to a look-up; omitted, malformed: the ids that were not looked up; unknown: those not shown.

    more: of which references there are more orders.
    """
    looked_up = LookupResults(results, omitted, unknown, malformed, more)
    value = ButtonValue(looked_up.ids, keys=looked_up.failed_keys)
    buttons = CardButtons(value, portal_url, is_listed=audience is Audience.CHANNEL)
    return Case(build_message(looked_up, REFERENCE, audience, buttons), results)


def failure_case(error: TelnyxError) -> Case:
    """Return the answer to a look-up that failed."""
    return lookup_case(LookupFailure(EVENT_ID, error))


def more_orders_case(audience: Audience) -> Case:
    """Return three orders of a number that has five."""
    shown = [order("pending"), order("authorized"), order("rejected", reason="Invalid PIN")]
    results = [structs.replace(order_result(one), id=order_id) for one, order_id in zip(shown, IDS, strict=False)]
    more = MoreOrders(Reference("phone_number", "+13125550147"), IDS[0], 0, 5, IDS[3:])
    return lookup_case(*results, audience=audience, more=(more,))


def list_case(count: int, page: int = 1) -> Case:
    """Return a page of the list of what waits, of which there are so many."""
    opened = [NOW - timedelta(hours=49) + timedelta(hours=20) * number for number in range(count)]
    orders = tuple(
        structs.replace(
            order_result(order("pending", created_at=at.isoformat(), support_key=f"PO_{number:06x}")),
            id=f"0b6d2a94-51c3-4f0e-8b77-{number:012x}",
        )
        for number, at in enumerate(opened)
    )
    listed = OrderList(PENDING, orders, has_all=True, as_of=NOW)
    buttons = CardButtons(ButtonValue(()), DEFAULT_PORTAL_URL, is_listed=False)
    shown = page_of_orders(listed, page)
    return Case(order_list_message(listed, shown, OrderListValue(), buttons, DEFAULT_CONTACTS))


def event_case(data: Any) -> Case:
    """Return the answer to a look-up of one event, whose order was not fetched."""
    return lookup_case(event_result(data))


def channel_case(data: Any) -> Case:
    """Return one event, whose order was not fetched, as a channel sees it."""
    return lookup_case(event_result(data), audience=Audience.CHANNEL)


BOTH = (Audience.PRIVATE, Audience.CHANNEL)


def both_audiences(name: str, result: LookupResult) -> dict[str, Case]:
    """Return a result as the person who asked sees it, and as a channel does, by the names of their golden files."""
    return {f"{audience.value}-{name}": lookup_case(result, audience=audience) for audience in BOTH}


def help_case(typed: str) -> Case:
    """Return the help for a text in which there is no id."""
    return Case(help_message(COMMAND, typed, parse_typed_ids(typed)))


def missing(facts: list[str], rendered: str) -> list[str]:
    """Return the facts that do not stand in a rendered message, line breaks aside."""
    line = " ".join(rendered.split())
    return [fact for fact in facts if " ".join(fact.split()) not in line]
