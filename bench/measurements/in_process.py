"""Costs inside one process: decoding, building a card, finding ids. Each beside its peer, turn by turn."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import msgspec
from slack_sdk.models.blocks import Block

from bench.peers.card import Facts, facts_of, model_card
from bench.report import Row, at_most, faster, seconds
from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import (
    Actions,
    Button,
    Confirm,
    Context,
    Date,
    Emoji,
    Message,
    Mrkdwn,
    PlainText,
    RichText,
    RichTextSection,
    bold,
    message,
    text,
)
from portout.cards.buttons import ButtonValue, CardButtons
from portout.cards.message import build_message
from portout.lookup.results import EventResult, LookupResults, OrderSnapshot
from portout.lookup.texts.identifiers import extract_ids
from portout.telnyx.events import decode_event
from portout.telnyx.orders import decode_order
from sandbox.telnyx.samples import samples

_SAMPLES = samples(datetime.now(UTC))
_EVENT = _SAMPLES.events[_SAMPLES.names["pending"]]
_BODY = msgspec.json.encode({"data": _EVENT})
_ORDER_BODY = msgspec.json.encode({"data": _SAMPLES.orders[_EVENT["portout_id"]]})
_UUID = _EVENT["id"]
_WHY_DECODING = "half is reading the PIN that this event carries, and striking it from its texts"


def in_process_costs(rounds: int) -> list[Row]:
    """Return the rows of all of them."""
    return [*_decoding(rounds), *_cards(rounds), _searching(rounds)]


def _decoding(rounds: int) -> list[Row]:
    # The SDK takes more than a second to import, which those who want another part need not wait for.
    from telnyx import Telnyx  # noqa: PLC0415
    from telnyx._models import FinalRequestOptions  # noqa: PLC0415
    from telnyx._response import APIResponse  # noqa: PLC0415
    from telnyx.types.portouts.event_retrieve_response import EventRetrieveResponse  # noqa: PLC0415

    client = Telnyx(api_key="none", base_url="http://127.0.0.1:1")
    request = httpx.Request("GET", "http://127.0.0.1:1/portouts/events/x")
    options = FinalRequestOptions(method="get", url="/portouts/events/x")

    def construct() -> object:
        return EventRetrieveResponse.construct(**json.loads(_BODY))

    def parse() -> object:
        response = httpx.Response(200, content=_BODY, headers={"content-type": "application/json"}, request=request)
        return APIResponse(
            raw=response, cast_to=EventRetrieveResponse, client=client, stream=False, stream_cls=None, options=options
        ).parse()

    ours, constructed, parsed = _alternate(rounds, lambda: decode_event(_BODY), construct, parse)
    return [
        faster(f"decode an event ({seconds(ours)})", "`telnyx` SDK: construct", ours, constructed, 15, _WHY_DECODING),
        faster("the same", "`telnyx` SDK: whole response", ours, parsed, 30, _WHY_DECODING),
    ]


def _cards(rounds: int) -> list[Row]:
    event, order, now = decode_event(_BODY), decode_order(_ORDER_BODY), datetime.now(UTC)
    facts = facts_of(event, order)
    controls = CardButtons(ButtonValue((_UUID,)), "https://portal.telnyx.com/", is_listed=False)

    def models() -> str:
        return json.dumps([block.to_dict() for block in model_card(facts)])

    def structs() -> bytes:
        return msgspec.json.encode(_struct_card(facts))

    def whole() -> bytes:
        found = EventResult(_UUID, event, now, OrderSnapshot(order, now))
        return msgspec.json.encode(build_message(LookupResults((found,)), "k7m2qp", Audience.PRIVATE, controls))

    _require_same_words(json.loads(structs())["blocks"], model_card(facts))
    ours, theirs, real = _alternate(rounds, structs, models, whole)
    peer = "the same card with `slack_sdk.models.blocks`"
    return [
        faster(f"build and encode a card, limits checked ({seconds(ours)})", peer, ours, theirs, 15),
        faster(f"a whole answer, facts chosen and worded ({seconds(real)})", "as above, words ready", real, theirs),
    ]


def _struct_card(facts: Facts) -> Message:
    """Build the card of a pending port-out with the bot's own Block Kit, which checks Slack's limits."""
    status = (
        Emoji("hourglass_flowing_sand"),
        text(" "),
        bold("Waiting for your answer"),
        text(" · to "),
        bold(facts.carrier),
        text(f" (SPID {facts.spid})\n"),
        text("Telnyx authorizes it on its own from "),
        Date(1795514700, "{date_short_pretty}", "2026-11-24"),
        text(" (estimate)."),
    )
    known = (bold("Numbers  "), text(f"{facts.numbers}\n"), bold("Subscriber  "), text(facts.subscriber))
    ids = f"Event `{facts.event_id}` · order `{facts.order_id}` · `{facts.support_key}` · PON `{facts.pon}`"
    question = Confirm(
        PlainText("Post it here?"), PlainText("Everyone here will see it."), PlainText("Yes"), PlainText("No")
    )
    buttons = (
        Button("portal", PlainText("Open in Mission Control"), url="https://portal.telnyx.com/"),
        Button("history", PlainText("History"), facts.order_id),
        Button("refresh", PlainText("Refresh"), facts.event_id),
        Button("post", PlainText("Post to channel"), facts.event_id, confirm=question),
    )
    return message(
        f"Waiting for your answer · to {facts.carrier}",
        (
            RichText((RichTextSection(status),)),
            RichText((RichTextSection(known),)),
            Context((Mrkdwn(ids),)),
            Actions(buttons),
        ),
    )


def _require_same_words(ours: list[dict[str, Any]], theirs: list[Block]) -> None:
    """Raise AssertionError unless both cards have the same words: neither may win by saying less."""
    words = [sorted(_strings(blocks)) for blocks in (ours, [block.to_dict() for block in theirs])]
    if words[0] != words[1]:
        raise AssertionError(f"not the same card: {set(words[0]) ^ set(words[1])}")


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _strings(inner)]
    return [value] if isinstance(value, str) else []


def _searching(rounds: int) -> Row:
    """Return the row of the slowest of these texts, a megabyte each."""
    pasted = {
        "prose": "Port-out event of this morning, see the ticket. ",
        "ids": f"{_UUID} ",
        "ids without spaces": _UUID,
        "hex": "0123456789abcdef",
        "hex and dashes": "0123456-",
        "halves of ids": f"{_UUID[:23]} ",
        "JSON": json.dumps({"data": _EVENT}),
        "brackets": "[" * 50,
        "labels": "event id: order id: ",
    }
    texts = [(one * (10**6 // len(one) + 1))[: 10**6] for one in pasted.values()]
    slowest = max(min(_timed(partial(extract_ids, text), 1) for _ in range(rounds)) for text in texts)
    return at_most("ids in a 1 MB pasted message, the worst of 9 hostile ones", slowest * 1e3, 20, " ms")


def _alternate(rounds: int, *contenders: Callable[[], object]) -> list[list[float]]:
    """Return seconds per call, for each contender and round; in each round all have their turn."""
    calls = [_calls(contender) for contender in contenders]
    measured: list[list[float]] = [[] for _ in contenders]
    for _ in range(rounds):
        for one, contender, often in zip(measured, contenders, calls, strict=True):
            one.append(_timed(contender, often))
    return measured


def _calls(contender: Callable[[], object]) -> int:
    """Return how many calls take about a tenth of a second."""
    return max(1, int(0.1 / max(_timed(contender, 50), 1e-7)))


def _timed(contender: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        contender()
    return (time.perf_counter() - started) / times
