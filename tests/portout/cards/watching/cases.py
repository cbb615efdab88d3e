"""Every kind of message of the watch, once, for the golden files."""

from typing import Any, Final

from portout.cards.blockkit.blocks import Message
from portout.cards.contacts import DEFAULT_CONTACTS
from portout.cards.fields.portal import DEFAULT_PORTAL_URL
from portout.cards.watching.notices import (
    handover,
    held_by_other,
    mention_of,
    not_taken,
    not_watched,
    outage,
    outage_over,
    over,
    taken,
    watch_begins,
)
from portout.cards.watching.order_messages import Claim, WatchMessages
from portout.telnyx.errors import UpstreamError
from portout.telnyx.events import PortoutEvent, decode_event
from tests.portout.cards.builders import Case
from tests.portout.payloads import NOW, PIN, body, foc_date_changed, new_comment, order, order_result, status_changed

AT: Final = NOW.timestamp()
MENTION: Final = mention_of(("S0DESK", "here"))
"""Whom a port-out calls that waits."""

MENTIONS: Final = (*MENTION.split(), "<@U0ALICE>", "<@U0BOB>")
"""Whom any of these messages calls."""

NOBODY: Final = Claim()
ALICE: Final = Claim("U0ALICE", AT)
MESSAGES: Final = WatchMessages(DEFAULT_CONTACTS, DEFAULT_PORTAL_URL, is_listed=False, mention=MENTION)
PENDING: Final = order_result(order("pending"))
AUTHORIZED: Final = order_result(order("authorized"))
UNKNOWN: Final = order_result(UpstreamError(status=503), status_changed("pending"))
REJECTED: Final = order_result(
    order("rejected", reason="Invalid PIN"), status_changed("rejected", rejection_reason="Invalid PIN")
)


def watch_case(message: Message) -> Case:
    """Return a message that calls nobody else."""
    return Case(message, mentions=MENTIONS)


def line_case(data: Any, *, calls: bool = False) -> Case:
    """Return the line that tells an event of a port-out that waits."""
    return watch_case(MESSAGES.event(PENDING, event(data), calls=calls))


def event(data: Any) -> PortoutEvent:
    """Return an event, decoded."""
    return decode_event(body(data))


WATCH_CASES: Final[dict[str, Case]] = {
    "watch-pending": watch_case(MESSAGES.order(PENDING, NOBODY, waits=True, pin_attempted=False)),
    "watch-pending-taken": watch_case(MESSAGES.order(PENDING, ALICE, waits=True, pin_attempted=False)),
    "watch-authorized": watch_case(MESSAGES.order(AUTHORIZED, ALICE, waits=False, pin_attempted=False)),
    "watch-rejected-with-pin": watch_case(MESSAGES.order(REJECTED, NOBODY, waits=False, pin_attempted=True)),
    "watch-order-unknown": watch_case(MESSAGES.order(UNKNOWN, NOBODY, waits=True, pin_attempted=False)),
    "watch-line-comment": line_case(new_comment("Call 312 555 0147 about the invoice,\nplease.", user_id=None)),
    "watch-line-foc-date": line_case(foc_date_changed("2026-11-26T16:30:00Z")),
    "watch-line-authorized": line_case(status_changed("authorized")),
    "watch-line-pending-again": line_case(status_changed("pending"), calls=True),
    "watch-line-rejected": line_case(status_changed("rejected", rejection_reason="Invalid PIN", attempted_pin=PIN)),
    "watch-reminder": watch_case(MESSAGES.reminder(PENDING, 12, NOBODY)),
    "watch-reminder-taken": watch_case(MESSAGES.reminder(PENDING, 24, ALICE)),
    "watch-reminder-unknown": watch_case(MESSAGES.reminder(UNKNOWN, 24, NOBODY)),
    "watch-begins": watch_case(watch_begins()),
    "watch-outage": watch_case(outage(AT, "Telnyx is failing")),
    "watch-outage-over": watch_case(outage_over(AT, AT + 600)),
    "watch-handover": watch_case(handover("U0BOB", "U0ALICE")),
    "watch-taken": watch_case(taken()),
    "watch-held-by-other": watch_case(held_by_other("U0ALICE", AT)),
    "watch-over": watch_case(over()),
    "watch-not-taken": watch_case(not_taken("Telnyx is failing")),
    "watch-not-watched": watch_case(not_watched()),
}
