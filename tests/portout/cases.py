"""Every kind of message that the bot sends, once: `tests/golden` holds what was approved of each."""

from typing import Final

from msgspec import structs

from portout.cards.audience import Audience
from portout.cards.contacts import Contacts
from portout.cards.notices import (
    Refusal,
    broken,
    busy,
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
from portout.lookup.results import LookupFailure, search_failure
from portout.lookup.texts.references import Reference
from portout.telnyx.errors import (
    DeadlineExceededError,
    IntermediaryError,
    InvalidResponseError,
    KeyRejectedError,
    NotFoundError,
    RateLimitedError,
    UpstreamError,
)
from tests.portout.cards.builders import (
    IDS,
    REFERENCE,
    Case,
    both_audiences,
    channel_case,
    event_case,
    failure_case,
    help_case,
    list_case,
    lookup_case,
    more_orders_case,
)
from tests.portout.cards.watching.cases import WATCH_CASES
from tests.portout.payloads import (
    EVENT_ID,
    EXAMPLES,
    ORDER_ID,
    PIN,
    USER_ID,
    Json,
    event_result,
    foc_date_changed,
    new_comment,
    order,
    order_result,
    other,
    own_number,
    status_changed,
)

STATUSES: Final = ("pending", "authorized", "rejected-pending", "rejected", "canceled", "ported")
MANY_NUMBERS: Final = [f"+1312555{number:04}" for number in range(100, 117)]
MORE_NUMBERS: Final = event_result(
    status_changed(
        "pending", phone_numbers=[*MANY_NUMBERS, {}, *(f"+1415555{number:04}" for number in range(100, 117))]
    ),
    order=order("pending"),
)
WHOSE: Final = structs.replace(
    event_result(status_changed("pending"), order=order("pending")),
    own_numbers=tuple(own_number(number) for number in ("+13125550147", "+13125550148")),
)
WHOSE_EACH: Final = structs.replace(
    WHOSE,
    own_numbers=(
        WHOSE.own_numbers[0],
        own_number("+13125550148", customer_reference="or nobody", tags=[], external_pin=None),
    ),
)
NUMBER_NOT_FOUND: Final = search_failure(Reference("phone_number", "+13125550147"), NotFoundError(status=404))
STATUS_FIELDS: Final[dict[str, Json]] = {
    "rejected-pending": {"rejection_reason": "The customer says they never asked to leave."},
    "rejected": {"rejection_reason": "Invalid PIN", "attempted_pin": PIN},
}
ORDER_FIELDS: Final[dict[str, Json]] = {
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

CASES: Final[dict[str, Case]] = {
    **{f"example-{name}": event_case(data) for name, data in EXAMPLES.items()},
    "pending-window-ahead": event_case(status_changed("pending")),
    "pending-window-open": event_case(status_changed("pending") | {"created_at": "2026-11-22T06:00:00Z"}),
    "pending-window-passed": event_case(status_changed("pending") | {"created_at": "2026-11-20T10:05:00Z"}),
    "pending-without-time": event_case(status_changed("pending") | {"created_at": None}),
    "authorized": event_case(status_changed("authorized", phone_numbers=MANY_NUMBERS)),
    "rejected-pending": event_case(
        status_changed("rejected-pending", rejection_reason="The customer says they never asked to leave.")
    ),
    "rejected": event_case(status_changed("rejected", rejection_reason="Account number does not match.")),
    "rejected-with-pin": event_case(status_changed("rejected", rejection_reason="Invalid PIN", attempted_pin=PIN)),
    "canceled": event_case(status_changed("canceled")),
    "ported": event_case(status_changed("ported", attempted_pin=PIN)),
    "status-unknown": event_case(status_changed("on-hold")),
    "status-missing": event_case(status_changed(None)),
    "event-and-order-without-status": lookup_case(event_result(status_changed("pending"), order=order(None))),
    **both_audiences(
        "rejected-without-text",
        order_result(order("rejected", rejection_code=1002, phone_numbers=["+13125550147", {}])),
    ),
    "status-bare": event_case(
        status_changed("pending", phone_numbers=[], carrier_name=None, spid=None, subscriber_name="")
    ),
    "comment-by-staff": event_case(
        new_comment("The losing carrier asks for an invoice.\nBy Friday, if you can.", user_id=None)
    ),
    "comment-by-user": event_case(new_comment("We have sent the invoice.", user_id=USER_ID)),
    "comment-empty": event_case(new_comment("", user_id=USER_ID)),
    "comment-hostile": event_case(
        new_comment("<!channel> *read* <http://x.example|this> & `that`\n> now\u202e", user_id="<@U0AAAAAAA>")
    ),
    "foc-ahead": event_case(foc_date_changed("2026-11-26T16:30:00Z")),
    "foc-window-open": event_case(foc_date_changed("2026-11-19T16:30:00Z")),
    "foc-window-passed": event_case(foc_date_changed("2026-11-02T16:30:00Z")),
    "foc-day-only": event_case(foc_date_changed("2026-11-26")),
    "foc-midnight": event_case(foc_date_changed("2026-11-26T00:00:00Z")),
    "foc-odd-spelling": event_case(foc_date_changed("26 Nov 2026, afternoon")),
    "foc-missing": event_case(foc_date_changed(None)),
    "unknown-type": event_case(
        other(
            "portout.split",
            status="pending",
            phone_numbers=["+13125550147", "+442079460123"],
            carrier_name="Orchid Wireless",
            spid="9Z1Q",
            subscriber_name="Wilhelmina Quartz",
            rejection_reason="Address does not match.",
            attempted_pin=PIN,
            comment="The order was split in two.",
            foc_date="2026-11-26T16:30:00Z",
        )
    ),
    "unknown-type-bare": event_case(other("portout.split") | {"payload": None}),
    "event-with-nothing": event_case({}),
    "not-found": failure_case(NotFoundError(status=404, code="10005")),
    "not-found-key": lookup_case(search_failure(Reference("support_key", "PO_5a31f0"), NotFoundError(status=404))),
    "not-found-number": lookup_case(NUMBER_NOT_FOUND),
    "channel-not-found-number": lookup_case(NUMBER_NOT_FOUND, audience=Audience.CHANNEL),
    "not-found-pon": lookup_case(search_failure(Reference("pon", "ORC-20417"), NotFoundError(status=404))),
    "orders-of-a-number": more_orders_case(Audience.PRIVATE),
    "channel-orders-of-a-number": more_orders_case(Audience.CHANNEL),
    "list-pending": list_case(3),
    "list-pending-page": list_case(40, page=2),
    "list-pending-none": list_case(0),
    "refused-401": failure_case(KeyRejectedError(status=401, code="10009")),
    "refused-403": failure_case(KeyRejectedError(status=403, code="10010")),
    "intermediary": failure_case(IntermediaryError(status=403)),
    "rate-limited": failure_case(RateLimitedError(status=429, code="10011")),
    "rate-limited-seconds": failure_case(RateLimitedError(status=429, code="10011", retry_after=6.2)),
    "upstream": failure_case(UpstreamError(status=503)),
    "too-slow": failure_case(DeadlineExceededError()),
    "unreadable": failure_case(InvalidResponseError(status=200)),
    "several-full": lookup_case(
        event_result(status_changed("pending"), IDS[0]),
        event_result(new_comment("Sent.", user_id=None), IDS[1]),
        omitted=0,
    ),
    "several-condensed": lookup_case(
        event_result(status_changed("pending"), IDS[0]),
        event_result(
            new_comment("Please look at the invoice before Friday, they need it to go on.", user_id=None), IDS[1]
        ),
        event_result(foc_date_changed("2026-11-26T16:30:00Z"), IDS[2]),
        LookupFailure(IDS[3], NotFoundError(status=404)),
        LookupFailure(IDS[4], RateLimitedError(status=429, retry_after=6.2)),
        omitted=2,
        malformed=(ORDER_ID[:-2],),
    ),
    **{
        name: case
        for status in STATUSES
        for name, case in both_audiences(
            f"event-and-order-{status}",
            event_result(
                status_changed(status, **STATUS_FIELDS.get(status, {})),
                order=order(status, **ORDER_FIELDS.get(status, {})),
            ),
        ).items()
    },
    **{
        f"{audience.name.lower().replace('_', '-')}-whose-number": lookup_case(WHOSE, audience=audience)
        for audience in Audience
    },
    "private-whose-numbers": lookup_case(WHOSE_EACH),
    "private-whose-some-numbers": lookup_case(
        structs.replace(MORE_NUMBERS, own_numbers=(own_number(MANY_NUMBERS[0]),))
    ),
    **both_audiences(
        "event-pending-order-authorized", event_result(status_changed("pending"), order=order("authorized"))
    ),
    **both_audiences("event-pending-order-rejected", event_result(status_changed("pending"), order=order("rejected"))),
    **both_audiences(
        "comment-and-order",
        event_result(new_comment("Call 312 555 0147 about the invoice.", user_id=None), order=order("pending")),
    ),
    **{
        f"{audience.name.lower().replace('_', '-')}-more-numbers": lookup_case(MORE_NUMBERS, audience=audience)
        for audience in Audience
    },
    **both_audiences(
        "foc-and-order", event_result(foc_date_changed("2026-11-26T16:30:00Z"), order=order("authorized"))
    ),
    **both_audiences("unknown-type-and-order", event_result(other("portout.split"), order=order("pending"))),
    "private-masked-event-and-order": lookup_case(
        event_result(status_changed("pending"), order=order("pending")), audience=Audience.PRIVATE_MASKED
    ),
    "foc-moved-again": lookup_case(
        event_result(
            foc_date_changed("2026-11-24T16:30:00Z"), order=order("authorized", foc_date="2026-11-30T00:00:00+00:00")
        )
    ),
    "foc-of-a-canceled-order": lookup_case(
        event_result(foc_date_changed("2026-11-26T16:30:00Z"), order=order("canceled"))
    ),
    "order-window-passed": lookup_case(
        event_result(status_changed("pending"), order=order("pending", created_at="2026-11-20T10:05:00+00:00"))
    ),
    "order-too-slow": lookup_case(event_result(status_changed("pending"), order=DeadlineExceededError())),
    "order-unreadable": lookup_case(event_result(new_comment("Sent."), order=InvalidResponseError(status=200))),
    **{
        name: case
        for status in STATUSES
        for name, case in both_audiences(
            f"order-{status}", order_result(order(status, **ORDER_FIELDS.get(status, {})), *TIMELINE)
        ).items()
    },
    "order-without-events": lookup_case(order_result(order("pending"))),
    "order-events-failing": lookup_case(order_result(order("pending"), error=UpstreamError(status=503))),
    "order-failing-events-known": lookup_case(order_result(DeadlineExceededError(), *TIMELINE)),
    "order-of-nulls": lookup_case(order_result(dict.fromkeys(order(None)))),
    "channel-rejected-with-pin": channel_case(
        status_changed("rejected", rejection_reason="Call +1 (312) 555-0147. " * 20, attempted_pin=PIN)
    ),
    "channel-authorized": channel_case(status_changed("authorized", phone_numbers=MANY_NUMBERS)),
    "channel-comment": channel_case(
        new_comment("Please call 312 555 0147 by 2026-11-24,\nor +44 20 7946 0123.", user_id=None)
    ),
    "channel-unknown-type": channel_case(
        other(
            "portout.split",
            phone_numbers=["+13125550147", "911"],
            subscriber_name="Wilhelmina 'Mina' Quartz (née O'Brien)",
            comment="Ask for extension 3125550148.",
        )
    ),
    "help-asked": help_case("help"),
    "help-empty": help_case(""),
    "help-wrong": help_case("+1 312-555-0147 <!channel>"),
    "help-cut-id": help_case(EVENT_ID[:-3]),
    "notice-still-looking": Case(still_looking([EVENT_ID])),
    "notice-still-looking-many": Case(still_looking(IDS)),
    "notice-busy": Case(busy()),
    "notice-broken": Case(broken(REFERENCE, Contacts())),
    "notice-no-ids": Case(no_ids()),
    "notice-posted": Case(posted()),
    "notice-maybe-posted": Case(maybe_posted()),
    "notice-not-refreshed": Case(not_refreshed()),
    "notice-not-opened": Case(not_opened()),
    "notice-outdated": Case(outdated()),
    "notice-refused": Case(refused(Contacts(), is_outsider=False)),
    "notice-refused-outsider": Case(refused(Contacts(), is_outsider=True)),
    "notice-shared-channel": Case(shared_channel()),
    "help-mention": Case(mention_help()),
    "notice-not-posted": Case(not_posted(Refusal("is_archived"), Contacts())),
    "notice-not-posted-not-a-member": Case(not_posted(Refusal("not_in_channel"), Contacts())),
    "notice-not-posted-busy": Case(not_posted(Refusal("ratelimited"), Contacts())),
    "notice-not-posted-thread-gone": Case(not_posted(Refusal("thread_not_found", in_thread=True), Contacts())),
    "notice-not-posted-scope": Case(not_posted(Refusal("missing_scope", "chat:write"), Contacts())),
    "notice-not-posted-otherwise": Case(not_posted(Refusal("msg_too_long"), Contacts())),
    "notice-not-replied-otherwise": Case(not_posted(Refusal("msg_too_long", in_thread=True), Contacts())),
    **WATCH_CASES,
}
"""Every kind of message that the bot sends, once; the names are those of the golden files."""
