"""Every kind of modal that the bot opens, once: `tests/golden` holds what was approved of each."""

from typing import Final

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import View
from portout.cards.modals.history import history_view, loading_history
from portout.telnyx.decoding import decode_page
from portout.telnyx.errors import DeadlineExceededError, TelnyxError, UpstreamError
from portout.telnyx.events import decode_event
from portout.telnyx.orders import decode_comments
from tests.portout.cards.builders import BOTH, REFERENCE
from tests.portout.cases import TIMELINE
from tests.portout.payloads import body, history, order


def history_case(
    audience: Audience, number: int = 1, *, entries: int = 1, missing: dict[str, TelnyxError] | None = None
) -> View:
    """Return one page of a history: the events of `TIMELINE` and `entries` comments."""
    events = tuple(decode_event(body(data)) for data in reversed(TIMELINE))
    comment = {"user_id": None, "body": "Call 312 555 0147 about\nthe invoice.", "created_at": "2026-11-23T11:30:00Z"}
    comments = tuple(decode_comments(decode_page(body([comment] * entries)).data))
    return history_view(
        history(*events, *comments, order=order("pending"), missing=missing), number, audience, REFERENCE
    )


VIEWS: Final[dict[str, View]] = {
    "history-loading": loading_history(),
    **{f"{audience.value}-history": history_case(audience) for audience in BOTH},
    "history-second-page": history_case(Audience.PRIVATE, 2, entries=50),
    "history-half-known": history_case(Audience.PRIVATE, entries=0, missing={"comments": UpstreamError(status=503)}),
    "history-unknown": history_view(
        history(missing={"events": DeadlineExceededError(), "comments": DeadlineExceededError()}),
        1,
        Audience.PRIVATE,
        REFERENCE,
    ),
    "history-of-nothing": history_view(history(order=order("pending")), 1, Audience.PRIVATE, REFERENCE),
    "history-cut": history_view(
        history(order=order("pending"), incomplete=("events", "comments")), 1, Audience.PRIVATE, REFERENCE
    ),
}
"""The modals by the names of their golden files."""
