"""What can be done with an answer: the same buttons everywhere, in the same order, and what they carry."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import Actions, Button, Confirm, PlainText
from portout.lookup.identifiers import normalize_uuid
from portout.lookup.results import LookupFailure, LookupResult
from portout.telnyx.errors import NotFoundError

REFRESH: Final = "refresh"
HISTORY: Final = "history"
EARLIER: Final = "history_earlier"
LATER: Final = "history_later"
HISTORY_PAGES: Final = (EARLIER, LATER)
DETAILS: Final = "details"
POST: Final = "post"
PORTAL: Final = "portal"

# A payload doesn't say whether people of other companies read along, and no scope is taken to find out.
_CONFIRM: Final = Confirm(
    PlainText("Post it here?"),
    PlainText("Everyone here will see it, people of other companies included if the channel is shared with them."),
    PlainText("Post"),
    PlainText("Cancel"),
)


class ButtonValue(Struct, frozen=True, omit_defaults=True):
    """What a button carries, in ids: the port-outs, and the message that the answer is about.

    thread_ts: the thread to post in. alert_ts: the alert that the bot replied to. is_posted: everybody has seen it.
    """

    ids: tuple[str, ...]
    thread_ts: str = ""
    alert_ts: str = ""
    is_posted: bool = False

    def __post_init__(self) -> None:
        """Hold what goes into Telnyx's paths to ids."""
        _check_ids(*self.ids)


class HistoryPageValue(Struct, frozen=True, omit_defaults=True):
    """What a button under a history carries: whose history, and which page of it, from 1."""

    order_id: str
    number: int = 1

    def __post_init__(self) -> None:
        """Hold what goes into Telnyx's paths to an id."""
        _check_ids(self.order_id)


class CardButtons(Struct, frozen=True):
    """What decides which buttons an answer has, beside what was found.

    subject: what they carry. portal_url: Mission Control. is_listed: whoever reads here may read what is posted.
    """

    subject: ButtonValue
    portal_url: str
    is_listed: bool

    def rows(self, results: Sequence[LookupResult], audience: Audience) -> tuple[Actions, ...]:
        """Give the buttons below a whole answer."""
        found = [result for result in results if not isinstance(result, LookupFailure)]
        if all(isinstance(result, LookupFailure) and isinstance(result.error, NotFoundError) for result in results):
            return ()
        one = found[0] if len(results) == 1 and found else None
        history = self.history(one) if one else ()
        open_portal = Button(PORTAL, PlainText("Open in Mission Control"), url=self.portal_url)
        refresh = Button(REFRESH, PlainText("Refresh"), encode(self.subject))
        if audience is Audience.CHANNEL:
            details = (self.details(one),) if one else ()
            return (Actions((*details, *history, refresh, open_portal)),)
        post = (self._post(tuple(result.id for result in found)),) if found and not self.subject.is_posted else ()
        return (Actions((refresh, *history, *post, open_portal)),)

    def history(self, result: LookupResult) -> tuple[Button, ...]:
        """Give the button that opens an order's history, where the order is known."""
        if result.order_id is None:
            return ()
        return (Button(HISTORY, PlainText("History"), encode(HistoryPageValue(result.order_id))),)

    def details(self, result: LookupResult) -> Button:
        """Give the button that shows one finding in full to the one who presses it."""
        subject = ButtonValue((result.id,), self.subject.thread_ts, is_posted=True)
        return Button(DETAILS, PlainText("Details"), encode(subject))

    def _post(self, ids: tuple[str, ...]) -> Button:
        label = "Post in thread" if self.subject.thread_ts else "Post to channel"
        value = encode(ButtonValue(ids, self.subject.thread_ts))
        return Button(POST, PlainText(label), value, confirm=None if self.is_listed else _CONFIRM)


def encode(value: Struct) -> str:
    """Write what a button carries."""
    return msgspec.json.encode(value).decode()


def _check_ids(*ids: str) -> None:
    if any(normalize_uuid(one) != one for one in ids):
        raise ValueError("not ids")
