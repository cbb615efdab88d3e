"""Every kind of modal that the bot opens, once: `tests/golden` holds what was approved of each."""

from typing import Final

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import View
from portout.cards.modals.history import TITLE
from portout.cards.modals.pages import loading
from portout.cards.modals.view import build_view
from portout.lookup.results import LookupFailure
from portout.telnyx.decoding import decode_page
from portout.telnyx.errors import DeadlineExceededError, TelnyxError, UpstreamError
from portout.telnyx.events import decode_event
from portout.telnyx.orders import decode_comments
from tests.portout.cards.builders import BOTH, REFERENCE
from tests.portout.cases import TIMELINE
from tests.portout.payloads import EVENT_ID, body, event_result, history, order, order_result, other, status_changed


def history_case(
    audience: Audience, number: int = 1, *, entries: int = 1, missing: dict[str, TelnyxError] | None = None
) -> View:
    """Return one page of a history: the events of `TIMELINE` and `entries` comments."""
    events = tuple(decode_event(body(data)) for data in reversed(TIMELINE))
    comment = {"user_id": None, "body": "Call 312 555 0147 about\nthe invoice.", "created_at": "2026-11-23T11:30:00Z"}
    comments = tuple(decode_comments(decode_page(body([comment] * entries)).data))
    return build_view(history(*events, *comments, order=order("pending"), missing=missing), number, audience, REFERENCE)


def numbers_case(count: int, number: int = 1, *, audience: Audience = Audience.PRIVATE) -> View:
    """Return one page of the phone numbers of a port-out of `count` numbers, and one that can't be read."""
    numbers = [*(f"+1312555{last:04}" for last in range(count)), {}]
    data = status_changed("pending", phone_numbers=numbers)
    return build_view(event_result(data, order=order("authorized")), number, audience, REFERENCE)


VIEWS: Final[dict[str, View]] = {
    "history-loading": loading(TITLE),
    **{f"{audience.value}-history": history_case(audience) for audience in BOTH},
    "history-second-page": history_case(Audience.PRIVATE, 2, entries=50),
    "history-half-known": history_case(Audience.PRIVATE, entries=0, missing={"comments": UpstreamError(status=503)}),
    "history-unknown": build_view(
        history(missing={"events": DeadlineExceededError(), "comments": DeadlineExceededError()}),
        1,
        Audience.PRIVATE,
        REFERENCE,
    ),
    "history-of-nothing": build_view(history(order=order("pending")), 1, Audience.PRIVATE, REFERENCE),
    "history-cut": build_view(
        history(order=order("pending"), incomplete=("events", "comments")), 1, Audience.PRIVATE, REFERENCE
    ),
    "numbers": numbers_case(30),
    "numbers-masked": numbers_case(30, audience=Audience.PRIVATE_MASKED),
    "numbers-second-page": numbers_case(450, 2),
    "numbers-unknown": build_view(
        order_result(DeadlineExceededError(), other("portout.split")), 1, Audience.PRIVATE, REFERENCE
    ),
    "numbers-failed": build_view(LookupFailure(EVENT_ID, DeadlineExceededError()), 1, Audience.PRIVATE, REFERENCE),
}
"""The modals by the names of their golden files."""
