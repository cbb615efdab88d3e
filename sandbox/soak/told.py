"""What the watch's channel has to show of the port-outs of a soak, compared with what it shows."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

from msgspec import Struct

SHOWN: Final = {
    "pending": "Waiting for your answer",
    "rejected-pending": "Rejection under review",
    "authorized": "Authorized",
    "rejected": "Rejected",
    "canceled": "Canceled",
    "ported": "Ported",
}
"""What the text of an order's message begins with, by the order's status."""

_BEGINNING: Final = ""  # stands for the order in the message that the watch begins

_Message = Mapping[str, Any]


class Portout(Struct, frozen=True):
    """An order as it is. events: the ids of those that belong into its thread, in the order of time."""

    status: str
    events: Sequence[str]


class Counts(Struct, frozen=True):
    """How many messages, or lines, there must be and are.

    twice: those beyond the first of each. wrong: those that show what is not so, stand in the wrong place, or are about
    what did not happen.
    """

    expected: int
    there: int
    missing: int
    twice: int
    wrong: int

    @property
    def is_good(self) -> bool:
        """Return whether each is there once, and right."""
        return not (self.missing or self.twice or self.wrong)


class Told(Struct, frozen=True):
    """What the channel has: messages, and lines in their threads."""

    messages: Counts
    lines: Counts

    @property
    def is_good(self) -> bool:
        """Return whether all is told once, and right."""
        return self.messages.is_good and self.lines.is_good


def told(portouts: Mapping[str, Portout], channel: Iterable[_Message]) -> Told:
    """Compare the channel with the port-outs, by id. channel: all its messages, the earliest first."""
    kinds = defaultdict[str, list[_Message]](list)
    for message in channel:
        kinds[message["metadata"]["event_type"]].append(message)
    orders, events = kinds["portout_order"], kinds["portout_event"]
    first = {_payload(one)["order"]: one for one in reversed(orders)}
    lines = defaultdict[str, list[_Message]](list)
    for line in events:
        lines[_payload(line)["order"]].append(line)
    known = first.keys() & portouts
    wrong = sum(not _is_current(first[one], portouts[one]) for one in known)
    wrong += sum(not _payload(one)["is_over"] for one in kinds["portout_outage"])
    return Told(
        _counts(
            {_BEGINNING, *portouts},
            [*(_BEGINNING for _ in kinds["portout_watch"]), *(_payload(one)["order"] for one in orders)],
            wrong,
        ),
        _counts(
            {(order_id, event) for order_id, portout in portouts.items() for event in portout.events},
            [(_payload(one)["order"], _payload(one)["event"]) for one in events],
            sum(_misplaced(lines[one], first[one]["ts"], portouts[one]) for one in known),
        ),
    )


def _counts(expected: AbstractSet[object], there: Sequence[object], wrong: int) -> Counts:
    """Return the counts of what must be there and of what is. wrong: how many of these are, though expected."""
    found = Counter(there)
    invented = sum(count for one, count in found.items() if one not in expected)
    return Counts(len(expected), len(there), len(expected - found.keys()), len(there) - len(found), wrong + invented)


def _is_current(message: _Message, portout: Portout) -> bool:
    """Return whether the message of an order shows its status, and records whether it waits."""
    waits = portout.status == "pending"
    is_shown: bool = message["text"].startswith(SHOWN[portout.status])
    return is_shown and _payload(message)["waits"] == waits


def _misplaced(lines: Iterable[_Message], thread_ts: str, portout: Portout) -> int:
    """Return how many events have their line in another thread, or below the line of a later event."""
    first: dict[str, _Message] = {}
    for line in lines:
        first.setdefault(_payload(line)["event"], line)
    wrong, newest = 0, -1
    for event_id, line in first.items():
        place = portout.events.index(event_id) if event_id in portout.events else newest
        wrong += line["thread_ts"] != thread_ts or place < newest
        newest = max(newest, place)
    return wrong


def _payload(message: _Message) -> Mapping[str, Any]:
    content: Mapping[str, Any] = message["metadata"]["event_payload"]
    return content
