"""Every kind of modal and Home tab, once: `tests/golden` holds what was approved of each."""

from typing import Final

from msgspec import structs

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import HomeView, View
from portout.cards.contacts import Contacts
from portout.cards.fields.portal import DEFAULT_PORTAL_URL
from portout.cards.lists.home import HomeSettings, home_page, home_view, message_home
from portout.cards.lists.home_buttons import HomeValue
from portout.cards.modals.history import TITLE
from portout.cards.modals.pages import loading
from portout.cards.modals.view import build_view
from portout.cards.modals.window import loading_window, message_window
from portout.cards.notices import refused
from portout.lookup.overview.results import KeptList, Overview
from portout.lookup.results import LookupFailure
from portout.lookup.texts.identifiers import normalize_uuid
from portout.telnyx.decoding import decode_page
from portout.telnyx.errors import DeadlineExceededError, KeyRejectedError, TelnyxError, UpstreamError
from portout.telnyx.events import decode_event
from portout.telnyx.orders import decode_comments
from tests.portout.cards.builders import BOTH, IDS, REFERENCE
from tests.portout.cases import TIMELINE
from tests.portout.payloads import (
    EVENT_ID,
    NOW,
    ORDER_ID,
    Json,
    body,
    event_result,
    history,
    order,
    order_result,
    other,
    status_changed,
)


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


def kept_list(*orders: Json, error: TelnyxError | None = None, has_all: bool = True) -> KeptList:
    """Return a list that was read at `NOW`, and not since if there is an error; ids that are none are replaced."""
    results = [order_result(one) for one in orders]
    identified = [structs.replace(one, id=normalize_uuid(one.order.id) or ORDER_ID) for one in results]
    return KeptList(identified, has_all, NOW, error)


def home_case(waiting: KeptList, leaving: KeptList, *, is_masked: bool = False, number: int = 1) -> HomeView:
    """Return the Home tab with one page of each list."""
    page = home_page(Overview(waiting, leaving), HomeValue(number, 1), NOW)
    settings = HomeSettings(DEFAULT_PORTAL_URL, REFERENCE)
    return home_view(page.masked() if is_masked else page, settings)


PENDING: Final = [
    order("pending", id=ids, created_at=f"2026-11-{created}:05:00+00:00", carrier_name=carrier)
    for ids, created, carrier in zip(
        IDS, ("20T10", "22T06", "23T10"), ("Quillfeather Mobile", "Orchid Wireless", "<!here> & co"), strict=False
    )
]
AUTHORIZED: Final = [order("authorized", id=IDS[4], support_key=None, phone_numbers=["+13125550147"])]
UNKNOWN: Final = KeptList(error=KeyRejectedError(status=403))

VIEWS: Final[dict[str, View | HomeView]] = {
    "home": home_case(kept_list(*PENDING), kept_list(*AUTHORIZED)),
    "home-masked": home_case(kept_list(*PENDING), kept_list(*AUTHORIZED), is_masked=True),
    "home-empty": home_case(kept_list(), kept_list()),
    "home-second-page": home_case(kept_list(*(PENDING * 7), has_all=False), kept_list(), number=2),
    "home-not-newer": home_case(
        kept_list(*PENDING[:1], error=DeadlineExceededError()), kept_list(error=UpstreamError())
    ),
    "home-unknown": home_case(UNKNOWN, UNKNOWN),
    "home-refused": message_home(refused(Contacts(), is_outsider=False)),
    "window": message_window(refused(Contacts(), is_outsider=True)),
    "window-loading": loading_window(),
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
"""The modals and Home tabs by the names of their golden files."""
