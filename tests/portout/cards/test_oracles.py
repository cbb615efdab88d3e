"""The oracle for messages accepts valid ones and rejects each deliberate fault."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.oracles import assert_valid_json

Json = dict[str, Any]
Change = Callable[[Json], None]


def _valid_message() -> Json:
    bold = {"type": "text", "text": "Authorized", "style": {"bold": True}}
    date = {"type": "date", "timestamp": 1795516400, "format": "{date_short_pretty}", "fallback": "2026-11-24"}
    line = [{"type": "emoji", "name": "calendar"}, bold, {"type": "text", "text": " <!channel> & `x`\n"}, date]
    sections = [{"type": "rich_text_section", "elements": line}, {"type": "rich_text_quote", "elements": [bold]}]
    context = {
        "type": "mrkdwn",
        "text": "Event `a` at <!date^1795516400^{date_short_pretty} {time}|2026-11-24> &lt;b&gt;",
        "verbatim": True,
    }
    return {
        "text": "Authorized &amp; done.",
        "blocks": [{"type": "rich_text", "elements": sections}, {"type": "context", "elements": [context]}],
    }


def _line(message: Json) -> list[Json]:
    line: list[Json] = message["blocks"][0]["elements"][0]["elements"]
    return line


def _context(message: Json) -> list[Json]:
    context: list[Json] = message["blocks"][1]["elements"]
    return context


def _mrkdwn(text: str) -> Change:
    return lambda message: _context(message)[0].update(text=text)


def _rich(text: str) -> Change:
    return lambda message: _line(message)[1].update(text=text)


def _summary(text: str) -> Change:
    return lambda message: message.update(text=text)


FAULTS: dict[str, Change] = {
    "no blocks": lambda message: message.update(blocks=[]),
    "51 blocks": lambda message: message.update(blocks=message["blocks"][1:] * 51),
    "blocks too long": lambda message: _line(message).extend([{"type": "text", "text": "x" * 2_900}] * 4),
    "unknown block": lambda message: message["blocks"].append({"type": "banner"}),
    "unknown key": lambda message: message["blocks"][0].update(color="red"),
    "unknown element": lambda message: _line(message).append({"type": "sparkle"}),
    "unknown style": lambda message: _line(message)[1].update(style={"blink": True}),
    "emoji without name": lambda message: _line(message)[0].pop("name"),
    "date without format": lambda message: _line(message)[3].pop("format"),
    "date as text": lambda message: _line(message)[3].update(timestamp="1795516400"),
    "number as text": lambda message: _line(message)[1].update(text=7),
    "block among elements": lambda message: _line(message).append({"type": "rich_text", "elements": []}),
    "rich text in context": lambda message: _context(message).append({"type": "text", "text": "x"}),
    "empty section": lambda message: _line(message).clear(),
    "empty rich text": lambda message: message["blocks"][0]["elements"].clear(),
    "empty context": lambda message: _context(message).clear(),
    "empty text": _rich(""),
    "empty mrkdwn": _mrkdwn(""),
    "11 context elements": lambda message: _context(message).extend(_context(message) * 10),
    "long mrkdwn": _mrkdwn("x" * 3_001),
    "no summary": _summary(" "),
    "long summary": _summary("x" * 4_001),
    "mention in summary": _summary("<!channel>"),
    "bare ampersand in summary": _summary("Orchid & Sons"),
    "cut entity in summary": _summary("Orchid &am"),
    "mention in mrkdwn": _mrkdwn("by <@U0AAAAAAA>"),
    "broadcast in mrkdwn": _mrkdwn("by <!channel>"),
    "link in mrkdwn": _mrkdwn("by <http://x.example|y>"),
    "date token with link": _mrkdwn("<!date^1795516400^{time}^http://x.example|y>"),
    "links in mrkdwn": lambda message: _context(message)[0].pop("verbatim"),
    "link in summary": _summary("by https://x.example"),
    "formatting in summary": _summary("by *Orchid*"),
    "quotation in summary": _summary("a\n&gt; b"),
    "emoji in summary": _summary("by :tada:"),
    "mention of all in summary": _summary("by @here"),
    "blank letter": _rich("a\u3164b"),
    "loose angle": _mrkdwn("a > b"),
    "bold from outside": _mrkdwn("by *Orchid*"),
    "empty code span": _mrkdwn("order ``"),
    "open code span": _mrkdwn("order `a"),
    "NUL": _rich("a\0b"),
    "tab": _rich("a\tb"),
    "lone surrogate": _rich("a\ud83d"),
    "bidi override": _rich("a\u202eb"),
    "right-to-left mark in summary": _summary("a\u200fb"),
    "line separator": _rich("a\u2028b"),
}


def test_a_valid_message_passes() -> None:
    """A message that Slack accepts passes."""
    assert_valid_json(json.dumps(_valid_message()).encode())


@pytest.mark.parametrize("spoil", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_detected(spoil: Change) -> None:
    """A message that Slack would refuse or parse as markup fails."""
    message = _valid_message()
    spoil(message)

    with pytest.raises(AssertionError):
        assert_valid_json(json.dumps(message).encode())


@pytest.mark.parametrize("body", [b"", b'{"text": "a", "blocks": [', b'{"text": "\xff", "blocks": []}'])
def test_invalid_json_is_detected(body: bytes) -> None:
    """A body that is no JSON fails."""
    with pytest.raises(AssertionError):
        assert_valid_json(body)
