"""The buttons of an answer, the same on every surface and in the same order, and the values that they carry."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct, structs

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import Actions, Button, Confirm, PlainText
from portout.cards.fields.portal import portal_page
from portout.lookup.portout_facts import needs_decision
from portout.lookup.results import LookupFailure, LookupResult, MoreOrders, is_unknown
from portout.lookup.texts.identifiers import ExtractedIds, normalize_uuid
from portout.lookup.texts.references import Reference
from portout.telnyx.orders import OrderField, is_support_key

REFRESH: Final = "refresh"
HISTORY: Final = "history"
EARLIER: Final = "history_earlier"
LATER: Final = "history_later"
HISTORY_PAGES: Final = (EARLIER, LATER)
NUMBERS: Final = "numbers"
NUMBERS_EARLIER: Final = "numbers_earlier"
NUMBERS_LATER: Final = "numbers_later"
NUMBERS_PAGES: Final = (NUMBERS_EARLIER, NUMBERS_LATER)
DETAILS: Final = "details"
OWN_DETAILS: Final = "own_details"
POST: Final = "post"
TAKE: Final = "take"
PORTAL: Final = "portal"
ORDERS: Final = "orders"
ORDERS_EARLIER: Final = "orders_earlier"
ORDERS_LATER: Final = "orders_later"
ORDERS_REFRESH: Final = "orders_refresh"
ORDERS_PAGES: Final = (ORDERS_EARLIER, ORDERS_LATER, ORDERS_REFRESH)

_OPEN: Final = "Open in Mission Control"

# A click doesn't say whether the channel is shared with other companies, and the bot asks for no scope to find out.
_CONFIRM: Final = Confirm(
    PlainText("Post it here?"),
    PlainText("Everyone here will see it, people of other companies included if the channel is shared with them."),
    PlainText("Post"),
    PlainText("Cancel"),
)


class ButtonValue(Struct, frozen=True, omit_defaults=True):
    """The value of a button: the ids of the port-outs, and the message that the answer belongs to.

    thread_ts: the thread to post in. alert_ts, mention_ts: the alert or the mention that the bot replied to. event_ts:
    the event that the reply is due to. is_posted: whether everybody in the channel sees the answer already. is_watched:
    the message is the watch's, which records there what it did. keys: support keys whose orders are not known yet. A
    phone number is in no value. Raises ValueError for anything but UUIDs in `ids`, and support keys in `keys`.
    """

    ids: tuple[str, ...]
    thread_ts: str = ""
    alert_ts: str = ""
    mention_ts: str = ""
    event_ts: str = ""
    is_posted: bool = False
    is_watched: bool = False
    keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_ids(*self.ids)
        if not all(map(is_support_key, self.keys)):
            raise ValueError("not keys")

    @property
    def asked(self) -> ExtractedIds:
        """Return what to look up."""
        return ExtractedIds(self.ids, references=tuple(Reference("support_key", key) for key in self.keys))


class HistoryPageValue(Struct, frozen=True, omit_defaults=True):
    """The value of a button below a history. number: the page, from 1.

    Raises ValueError when `order_id` is no UUID.
    """

    order_id: str
    number: int = 1

    def __post_init__(self) -> None:
        _check_ids(self.order_id)


class NumbersPageValue(Struct, frozen=True, omit_defaults=True):
    """The value of a button for a page of phone numbers. id: the one that was looked up. number: the page, from 1.

    Raises ValueError when `id` is no UUID.
    """

    id: str
    number: int = 1

    def __post_init__(self) -> None:
        _check_ids(self.id)


class OrderListValue(Struct, frozen=True, omit_defaults=True):
    """The value of a button for a page of a list of orders. number: the page, from 1.

    order_id, field, position: the orders that one field of this order finds, such as its first phone number at position
    0; without an order's id those that wait. Raises ValueError when `order_id` is neither empty nor a UUID.
    """

    order_id: str = ""
    field: OrderField = "phone_number"
    position: int = 0
    number: int = 1

    def __post_init__(self) -> None:
        if self.order_id:
            _check_ids(self.order_id)

    def of_page(self, number: int) -> "OrderListValue":
        """Return the value for another page of the same list."""
        return structs.replace(self, number=number)


class TakeValue(Struct, frozen=True, omit_defaults=True):
    """The value of *I'm on it*. holder: who was on the order when the button was drawn; empty for nobody.

    Raises ValueError when `order_id` is no UUID.
    """

    order_id: str
    holder: str = ""

    def __post_init__(self) -> None:
        _check_ids(self.order_id)


class CardButtons(Struct, frozen=True):
    """Creates the buttons of an answer.

    value: what the buttons for the whole answer carry. portal_url: the address of Mission Control, which may have
    `PLACEHOLDERS`. is_listed: whether the channel is in `ALERT_CHANNELS`: posting there asks for no confirmation,
    because its readers may see port-outs.
    """

    value: ButtonValue
    portal_url: str
    is_listed: bool

    def rows(
        self, results: Sequence[LookupResult], audience: Audience, *, has_more_numbers: bool = False
    ) -> tuple[Actions, ...]:
        """Return the buttons below the whole answer; none when every id is unknown to Telnyx.

        has_more_numbers: than the card shows.
        """
        found = [result for result in results if not isinstance(result, LookupFailure)]
        if all(map(is_unknown, results)):
            return ()
        single = found[0] if len(results) == 1 and found else None
        history = self.history(single) if single else ()
        open_portal = Button(
            PORTAL,
            PlainText(_OPEN),
            url=portal_page(self.portal_url, single, is_masked=audience.is_masked),
            style="primary" if any(map(needs_decision, results)) else "",
        )
        refresh = Button(REFRESH, PlainText("Refresh"), encode(self.value))
        is_channel = audience is Audience.CHANNEL
        details = (self.details(single),) if single and is_channel else ()
        # What was searched by a phone number and failed is in no button: there is nothing to look up again.
        refreshing = (refresh,) if self.value.ids or self.value.keys else ()
        may_post = found and not is_channel and not self.value.is_posted
        post = (self._post(tuple(result.id for result in found)),) if may_post else ()
        numbers = (self._numbers(single),) if single and has_more_numbers and not is_channel else ()
        return (Actions((open_portal, *details, *history, *numbers, *refreshing, *post)),)

    def history(self, result: LookupResult) -> tuple[Button, ...]:
        """Return the button that opens an order's history; none when the order is not known."""
        if result.order_id is None:
            return ()
        return (Button(HISTORY, PlainText("History"), encode(HistoryPageValue(result.order_id))),)

    def details(self, result: LookupResult) -> Button:
        """Return the button that shows one result in full to the person who clicks it."""
        value = ButtonValue((result.id,), self.value.thread_ts, is_posted=True)
        return Button(DETAILS, PlainText("Details"), encode(value))

    def own_details(self, result: LookupResult) -> Button:
        """Return the same button for a list that one person sees: it shows what this person may see."""
        return structs.replace(self.details(result), action_id=OWN_DETAILS)

    def open_portal(self) -> Button:
        """Return the button that leads to Mission Control, for an answer that is not about a single port-out."""
        return Button(PORTAL, PlainText(_OPEN), url=portal_page(self.portal_url, None, is_masked=True))

    def more_orders(self, more: MoreOrders) -> Button:
        """Return the button that lists all orders that a reference finds."""
        value = OrderListValue(more.order_id, more.reference.field, more.position)
        return Button(ORDERS, PlainText(f"All {more.total:,}"), encode(value))

    def _numbers(self, result: LookupResult) -> Button:
        return Button(NUMBERS, PlainText("Numbers"), encode(NumbersPageValue(result.id)))

    def _post(self, ids: tuple[str, ...]) -> Button:
        label = "Post in thread" if self.value.thread_ts else "Post to channel"
        value = encode(ButtonValue(ids, self.value.thread_ts))
        return Button(POST, PlainText(label), value, confirm=None if self.is_listed else _CONFIRM)


def encode(value: Struct) -> str:
    """Return a button's value as JSON."""
    return msgspec.json.encode(value).decode()


def _check_ids(*ids: str) -> None:
    # They become part of the paths of requests to Telnyx, and a value comes back from outside.
    if any(normalize_uuid(button_id) != button_id for button_id in ids):
        raise ValueError("not ids")
