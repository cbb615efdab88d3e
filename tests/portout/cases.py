"""Every kind of message this bot makes, once: the golden files in `tests/golden` are drawn from these."""

import io
from typing import Any, Final

from msgspec import Struct
from rich.console import Console

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import Message, View
from portout.cards.blockkit.terminal import print_message
from portout.cards.buttons import ButtonValue, CardButtons
from portout.cards.history_modal import history_view, loading_history
from portout.cards.message import build_message
from portout.cards.notices import (
    broken,
    busy,
    help_message,
    maybe_posted,
    mention_help,
    no_ids,
    not_opened,
    not_posted,
    not_refreshed,
    outdated,
    posted,
    refused,
    shared_channel,
    still_looking,
)
from portout.lookup.identifiers import ExtractedIds, parse_typed_ids
from portout.lookup.results import History, LookupFailure, LookupResult
from portout.telnyx.errors import (
    DeadlineExceededError,
    InvalidResponseError,
    KeyRejectedError,
    NotFoundError,
    RateLimitedError,
    TelnyxError,
    UpstreamError,
)
from portout.telnyx.events import decode_event
from portout.telnyx.orders import decode_comments
from tests.portout.payloads import (
    EVENT_ID,
    EXAMPLES,
    ORDER_ID,
    PIN,
    USER_ID,
    Json,
    body,
    foc_date_changed,
    found,
    found_order,
    new_comment,
    order,
    other,
    status_changed,
)

REFERENCE: Final = "k7m2qp"
PORTAL_URL: Final = "https://portal.telnyx.com/#/app/numbers/port-outs"
COMMAND: Final = "/portout-event"
IDS: Final = (
    EVENT_ID,
    "3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b4a",
    "0b6d2a94-51c3-4f0e-8b77-c2f5a1d09e63",
    "c4a8e1f2-7d36-4b95-a0c1-5e9b8d7f6032",
    "7e2f9b10-64ad-4c38-9f51-d80b3a6c1e45",
)
STATUSES: Final = ("pending", "authorized", "rejected-pending", "rejected", "canceled", "ported")
MANY_NUMBERS: Final = [f"+1312555{number:04}" for number in range(100, 117)]


MORE: Final[dict[str, Json]] = {
    "rejected-pending": {"rejection_reason": "The customer says they never asked to leave."},
    "rejected": {"rejection_reason": "Invalid PIN", "attempted_pin": PIN},
}
ORDERS: Final[dict[str, Json]] = {
    "pending": {"foc_date": None, "requested_foc_date": "2026-11-27T16:30:00+00:00"},
    "rejected-pending": {"reason": "The customer says they never asked to leave."},
    "rejected": {"reason": "Invalid PIN"},
    "ported": {"foc_date": "2026-11-20T16:30:00+00:00"},
}
TIMELINE: Final = (
    other("portout.split"),
    foc_date_changed("2026-11-26T16:30:00Z") | {"created_at": "2026-11-23T12:00:00Z"},
    new_comment("Call 312 555 0147 about the invoice,\nplease.", user_id=None) | {"created_at": "2026-11-23T11:30:00Z"},
    new_comment("", user_id=USER_ID) | {"created_at": None},
    status_changed("pending"),
    status_changed(None),
    status_changed("pending"),
)


class Case(Struct, frozen=True):
    """A message, and the findings in it, if it answers a look-up."""

    message: Message
    results: tuple[LookupResult, ...] = ()

    @property
    def reading(self) -> str:
        """How the message reads; dates as they stand for those whose client knows no zones."""
        page = io.StringIO()
        print_message(Console(file=page, width=100, color_system=None, force_terminal=False), self.message)
        return "\n".join(line.rstrip() for line in page.getvalue().splitlines()) + "\n"


def answered(
    *results: LookupResult, omitted: int = 0, malformed: tuple[str, ...] = (), audience: Audience = Audience.PRIVATE
) -> Case:
    """Answer a look-up."""
    asked = ExtractedIds(tuple(result.id for result in results), omitted, malformed)
    controls = CardButtons(ButtonValue(asked.ids), PORTAL_URL, is_listed=audience is Audience.CHANNEL)
    return Case(build_message(results, asked, REFERENCE, audience, controls), results)


def failed(error: TelnyxError, event_id: str = EVENT_ID) -> Case:
    """Answer a look-up that failed."""
    return answered(LookupFailure(event_id, error))


def event(data: Any) -> Case:
    """Answer a look-up of one event, whose order isn't known."""
    return answered(found(data))


def posted_event(data: Any) -> Case:
    """Show one event to a channel."""
    return answered(found(data), audience=Audience.CHANNEL)


def in_both_forms(name: str, result: LookupResult) -> dict[str, Case]:
    """Show a finding to the one who asked, and to a channel."""
    return {f"{audience.value}-{name}": answered(result, audience=audience) for audience in Audience}


def helped(typed: str) -> Case:
    """Answer what holds no id."""
    return Case(help_message(COMMAND, typed, parse_typed_ids(typed)))


CASES: Final[dict[str, Case]] = {
    **{f"example-{name}": event(data) for name, data in EXAMPLES.items()},
    "pending-window-ahead": event(status_changed("pending")),
    "pending-window-open": event(status_changed("pending") | {"created_at": "2026-11-22T06:00:00Z"}),
    "pending-window-passed": event(status_changed("pending") | {"created_at": "2026-11-20T10:05:00Z"}),
    "pending-without-time": event(status_changed("pending") | {"created_at": None}),
    "authorized": event(status_changed("authorized", phone_numbers=MANY_NUMBERS)),
    "rejected-pending": event(
        status_changed("rejected-pending", rejection_reason="The customer says they never asked to leave.")
    ),
    "rejected": event(status_changed("rejected", rejection_reason="Account number does not match.")),
    "rejected-with-pin": event(status_changed("rejected", rejection_reason="Invalid PIN", attempted_pin=PIN)),
    "canceled": event(status_changed("canceled")),
    "ported": event(status_changed("ported", attempted_pin=PIN)),
    "status-unknown": event(status_changed("on-hold")),
    "status-missing": event(status_changed(None)),
    "status-bare": event(status_changed("pending", phone_numbers=[], carrier_name=None, spid=None, subscriber_name="")),
    "comment-by-staff": event(
        new_comment("The losing carrier asks for an invoice.\nBy Friday, if you can.", user_id=None)
    ),
    "comment-by-user": event(new_comment("We have sent the invoice.", user_id=USER_ID)),
    "comment-empty": event(new_comment("", user_id=USER_ID)),
    "comment-hostile": event(
        new_comment("<!channel> *read* <http://x.example|this> & `that`\n> now\u202e", user_id="<@U0AAAAAAA>")
    ),
    "foc-ahead": event(foc_date_changed("2026-11-26T16:30:00Z")),
    "foc-window-open": event(foc_date_changed("2026-11-19T16:30:00Z")),
    "foc-window-passed": event(foc_date_changed("2026-11-02T16:30:00Z")),
    "foc-day-only": event(foc_date_changed("2026-11-26")),
    "foc-midnight": event(foc_date_changed("2026-11-26T00:00:00Z")),
    "foc-odd-spelling": event(foc_date_changed("26 Nov 2026, afternoon")),
    "foc-missing": event(foc_date_changed(None)),
    "unknown-type": event(
        other(
            "portout.split",
            status="pending",
            phone_numbers=["+13125550147", "+442079460123"],
            carrier_name="Orchid Wireless",
            spid="073H",
            subscriber_name="Wilhelmina Quartz",
            rejection_reason="Address does not match.",
            attempted_pin=PIN,
            comment="The order was split in two.",
            foc_date="2026-11-26T16:30:00Z",
        )
    ),
    "unknown-type-bare": event(other("portout.split") | {"payload": None}),
    "event-with-nothing": event({}),
    "not-found": failed(NotFoundError(status=404, code="10005")),
    "refused-401": failed(KeyRejectedError(status=401, code="10009")),
    "refused-403": failed(KeyRejectedError(status=403, code="10010")),
    "rate-limited": failed(RateLimitedError(status=429, code="10011")),
    "rate-limited-seconds": failed(RateLimitedError(status=429, code="10011", retry_after=6.2)),
    "upstream": failed(UpstreamError(status=503)),
    "too-slow": failed(DeadlineExceededError()),
    "unreadable": failed(InvalidResponseError(status=200)),
    "several-full": answered(
        found(status_changed("pending"), IDS[0]), found(new_comment("Sent.", user_id=None), IDS[1]), omitted=0
    ),
    "several-condensed": answered(
        found(status_changed("pending"), IDS[0]),
        found(new_comment("Please look at the invoice before Friday, they need it to go on.", user_id=None), IDS[1]),
        found(foc_date_changed("2026-11-26T16:30:00Z"), IDS[2]),
        LookupFailure(IDS[3], NotFoundError(status=404)),
        LookupFailure(IDS[4], RateLimitedError(status=429, retry_after=6.2)),
        omitted=2,
        malformed=(ORDER_ID[:-2],),
    ),
    **{
        name: case
        for status in STATUSES
        for name, case in in_both_forms(
            f"event-and-order-{status}",
            found(status_changed(status, **MORE.get(status, {})), now=order(status, **ORDERS.get(status, {}))),
        ).items()
    },
    **in_both_forms("event-pending-order-authorized", found(status_changed("pending"), now=order("authorized"))),
    **in_both_forms("event-pending-order-rejected", found(status_changed("pending"), now=order("rejected"))),
    **in_both_forms(
        "comment-and-order",
        found(new_comment("Call 312 555 0147 about the invoice.", user_id=None), now=order("pending")),
    ),
    **in_both_forms("foc-and-order", found(foc_date_changed("2026-11-26T16:30:00Z"), now=order("authorized"))),
    **in_both_forms("unknown-type-and-order", found(other("portout.split"), now=order("pending"))),
    "foc-moved-again": answered(
        found(foc_date_changed("2026-11-24T16:30:00Z"), now=order("authorized", foc_date="2026-11-30T00:00:00+00:00"))
    ),
    "foc-of-a-canceled-order": answered(found(foc_date_changed("2026-11-26T16:30:00Z"), now=order("canceled"))),
    "order-window-passed": answered(
        found(status_changed("pending"), now=order("pending", created_at="2026-11-20T10:05:00+00:00"))
    ),
    "order-too-slow": answered(found(status_changed("pending"), now=DeadlineExceededError())),
    "order-unreadable": answered(found(new_comment("Sent."), now=InvalidResponseError(status=200))),
    **{
        name: case
        for status in STATUSES
        for name, case in in_both_forms(
            f"order-{status}", found_order(order(status, **ORDERS.get(status, {})), *TIMELINE)
        ).items()
    },
    "order-without-events": answered(found_order(order("pending"))),
    "order-events-failing": answered(found_order(order("pending"), failed=UpstreamError(status=503))),
    "order-failing-events-known": answered(found_order(DeadlineExceededError(), *TIMELINE)),
    "order-of-nulls": answered(found_order(dict.fromkeys(order(None)))),
    "channel-rejected-with-pin": posted_event(
        status_changed("rejected", rejection_reason="Call +1 (312) 555-0147. " * 20, attempted_pin=PIN)
    ),
    "channel-authorized": posted_event(status_changed("authorized", phone_numbers=MANY_NUMBERS)),
    "channel-comment": posted_event(
        new_comment("Please call 312 555 0147 by 2026-11-24,\nor +44 20 7946 0123.", user_id=None)
    ),
    "channel-unknown-type": posted_event(
        other(
            "portout.split",
            phone_numbers=["+13125550147", "911"],
            subscriber_name="Wilhelmina 'Mina' Quartz (née O'Brien)",
            comment="Ask for extension 3125550148.",
        )
    ),
    "help-asked": helped("help"),
    "help-empty": helped(""),
    "help-wrong": helped("+1 312-555-0147 <!channel>"),
    "help-cut-id": helped(EVENT_ID[:-3]),
    "notice-still-looking": Case(still_looking([EVENT_ID])),
    "notice-still-looking-many": Case(still_looking(IDS)),
    "notice-busy": Case(busy()),
    "notice-broken": Case(broken(REFERENCE)),
    "notice-no-ids": Case(no_ids()),
    "notice-posted": Case(posted()),
    "notice-maybe-posted": Case(maybe_posted()),
    "notice-not-refreshed": Case(not_refreshed()),
    "notice-not-opened": Case(not_opened()),
    "notice-outdated": Case(outdated()),
    "notice-refused": Case(refused(is_outsider=False)),
    "notice-refused-outsider": Case(refused(is_outsider=True)),
    "notice-shared-channel": Case(shared_channel()),
    "help-mention": Case(mention_help()),
    "notice-not-posted": Case(not_posted("is_archived")),
    "notice-not-posted-not-a-member": Case(not_posted("not_in_channel")),
    "notice-not-posted-otherwise": Case(not_posted("msg_too_long")),
}


def past(
    audience: Audience, number: int = 1, *, entries: int = 1, missing: dict[str, TelnyxError] | None = None
) -> View:
    """Show a history."""
    events = tuple(decode_event(body(one)) for one in reversed(TIMELINE))
    written = {"user_id": None, "body": "Call 312 555 0147 about\nthe invoice.", "created_at": "2026-11-23T11:30:00Z"}
    comments = tuple(decode_comments(body([written] * entries)))
    return history_view(History(ORDER_ID, (*events, *comments), missing or {}), number, audience, REFERENCE)


VIEWS: Final[dict[str, View]] = {
    "history-loading": loading_history(),
    **{f"{audience.value}-history": past(audience) for audience in Audience},
    "history-second-page": past(Audience.PRIVATE, 2, entries=50),
    "history-half-known": past(Audience.PRIVATE, entries=0, missing={"comments": UpstreamError(status=503)}),
    "history-unknown": history_view(
        History(ORDER_ID, (), {"events": DeadlineExceededError(), "comments": DeadlineExceededError()}),
        1,
        Audience.PRIVATE,
        REFERENCE,
    ),
    "history-of-nothing": history_view(History(ORDER_ID, (), {}), 1, Audience.PRIVATE, REFERENCE),
    "history-cut": history_view(History(ORDER_ID, (), {}, is_cut=True), 1, Audience.PRIVATE, REFERENCE),
}
"""Every kind of window this bot opens, once."""
