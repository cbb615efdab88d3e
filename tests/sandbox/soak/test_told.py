"""The soak's counting of what the watch told: nothing that is missing, twice or wrong passes."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.soak.report import Tally
from sandbox.soak.told import SHOWN, Counts, Portout, told
from tests.conftest import Environment
from tests.watching import CHANNEL, Desk, watching

Channel = list[dict[str, Any]]

PORTOUTS = {"one": Portout("pending", ["a", "b", "c"]), "two": Portout("rejected", [])}


def message(kind: str, ts: str, thread_ts: str | None = None, text: str = "", **payload: Any) -> dict[str, Any]:
    """Return a message as the stand-in for Slack has it."""
    metadata = {"event_type": kind, "event_payload": payload}
    return {"ts": ts, "thread_ts": thread_ts, "text": text, "metadata": metadata}


def line(order: str, event: str, thread_ts: str) -> dict[str, Any]:
    """Return the line of an event."""
    return message("portout_event", f"9{event}", thread_ts, "Something happened", order=order, event=event)


def order_message(order: str, ts: str, status: str) -> dict[str, Any]:
    """Return the message of an order."""
    return message("portout_order", ts, text=f"{SHOWN[status]}: 2 numbers", order=order, waits=status == "pending")


def channel() -> Channel:
    """Return all that must be there of `PORTOUTS`."""
    return [
        message("portout_watch", "1"),
        order_message("one", "2", "pending"),
        line("one", "a", "2"),
        order_message("two", "3", "rejected"),
        line("one", "b", "2"),
        line("one", "c", "2"),
    ]


def swap_lines(messages: Channel) -> None:
    """Put the last line before the others of its thread."""
    messages.insert(2, messages.pop())


async def test_what_the_watch_tells_is_right_in_every_status(environment: Environment) -> None:
    """One order of each, told by the watch itself; an event that it has not told yet is missing."""
    desk = Desk(environment)
    events: dict[str, list[str]] = {}
    portouts: dict[str, Portout] = {}
    async with watching(environment) as process:
        await process.cycle()
        for status in SHOWN:
            order_id = desk.account.open_order()
            events[order_id] = [
                desk.account.add_comment(order_id, "Please call us."),
                desk.account.change_status(order_id, status),
            ]
            portouts[order_id] = Portout(status, events[order_id])
        await process.cycle()
    complete = told(portouts, desk.messages)
    events[order_id].append(desk.account.add_comment(order_id, "Are you there?"))

    assert desk.messages is environment.slack.channels.messages[CHANNEL]
    assert complete.is_good
    assert (complete.messages.there, complete.lines.there) == (len(SHOWN) + 1, 2 * len(SHOWN))
    assert told(portouts, desk.messages).lines == Counts(13, 12, missing=1, twice=0, wrong=0)


@pytest.mark.parametrize(
    ("change", "messages", "lines"),
    [
        (lambda _: None, (3, 3, 0, 0, 0), (3, 3, 0, 0, 0)),
        (lambda all_: all_.pop(0), (3, 2, 1, 0, 0), (3, 3, 0, 0, 0)),
        (lambda all_: all_.pop(3), (3, 2, 1, 0, 0), (3, 3, 0, 0, 0)),
        (lambda all_: all_.append(order_message("two", "8", "rejected")), (3, 4, 0, 1, 0), (3, 3, 0, 0, 0)),
        (lambda all_: all_.append(message("portout_watch", "8")), (3, 4, 0, 1, 0), (3, 3, 0, 0, 0)),
        (lambda all_: all_.append(order_message("history", "8", "ported")), (3, 4, 0, 0, 1), (3, 3, 0, 0, 0)),
        (lambda all_: all_[1].update(order_message("one", "2", "authorized")), (3, 3, 0, 0, 1), (3, 3, 0, 0, 0)),
        (lambda all_: all_[3].update(order_message("two", "3", "canceled")), (3, 3, 0, 0, 1), (3, 3, 0, 0, 0)),
        (lambda all_: all_.append(message("portout_outage", "8", is_over=True)), (3, 3, 0, 0, 0), (3, 3, 0, 0, 0)),
        (lambda all_: all_.append(message("portout_outage", "8", is_over=False)), (3, 3, 0, 0, 1), (3, 3, 0, 0, 0)),
        (lambda all_: all_.pop(2), (3, 3, 0, 0, 0), (3, 2, 1, 0, 0)),
        (lambda all_: all_.append(line("one", "b", "2")), (3, 3, 0, 0, 0), (3, 4, 0, 1, 0)),
        (lambda all_: all_.append(line("one", "history", "2")), (3, 3, 0, 0, 0), (3, 4, 0, 0, 1)),
        (lambda all_: all_[4].update(line("one", "b", "3")), (3, 3, 0, 0, 0), (3, 3, 0, 0, 1)),
        (swap_lines, (3, 3, 0, 0, 0), (3, 3, 0, 0, 2)),
    ],
)
def test_what_is_missing_twice_or_wrong_is_counted(
    change: Callable[[Channel], object], messages: tuple[int, ...], lines: tuple[int, ...]
) -> None:
    """In a channel that was complete before one change; the order is expected, there, missing, twice, wrong."""
    changed = channel()
    change(changed)
    result = told(PORTOUTS, changed)

    assert (result.messages, result.lines) == (Counts(*messages), Counts(*lines))
    assert Tally(told=result).is_good == (messages[2:] == lines[2:] == (0, 0, 0))


PLACES = range(len(channel()))


@given(st.permutations(PLACES) | st.lists(st.sampled_from(PLACES)))
def test_only_the_whole_channel_is_good(places: list[int]) -> None:
    """Of all channels made of its messages, in any order and number, none passes that has not each of them once."""
    messages = channel()
    is_whole = sorted(places) == list(range(len(messages)))
    in_order = [place for place in places if place in (2, 4, 5)] == [2, 4, 5]

    assert told(PORTOUTS, [messages[place] for place in places]).is_good == (is_whole and in_order)


def test_a_soak_that_did_not_count_the_watch_is_not_good() -> None:
    """A run that ends before its end is no proof."""
    assert not Tally().is_good
