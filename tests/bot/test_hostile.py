"""Whatever Telnyx, or somebody through Telnyx, sends: Slack takes the card, and nothing gets loose in it."""

import itertools
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.answer import answer
from bot.cards.blocks import RichText, RichTextQuote, Text
from bot.cards.form import Form
from bot.finding import Failed, Finding
from bot.identifiers import Identifiers
from bot.telnyx.protocol import NotFoundError, RateLimitedError
from tests.bot.cases import IDS, REFERENCE, answered, event, helped
from tests.bot.payloads import EVENT_ID, PIN, Json, found, new_comment, status_changed
from tests.bot.strategies import event_data, examples, hostile_texts, known_types
from tests.oracles import judge

LONG = '"' * 5_000
FIELDS = (
    *("id", "portout_id", "user_id", "status", "carrier_name", "spid", "subscriber_name", "rejection_reason"),
    *("comment", "foc_date"),
)
MANY = Identifiers(IDS[:1] * 10, 15, tuple(f"{number:08x}-" + "a" * 60 for number in range(10)))
FAILURES = [
    Failed(EVENT_ID, NotFoundError(status=404)),
    Failed(EVENT_ID, RateLimitedError(status=429, retry_after=999_999_999.0)),
]


def assert_taken(findings: Sequence[Finding]) -> None:
    for form in Form:
        judge(answer(findings, MANY, REFERENCE, form))


def test_a_comment_is_only_text() -> None:
    """A comment can't mention, link, format or hide; what is visible of it is shown, up to the cut."""
    markup = "<!channel> <@U1> <http://x|y> & `code` *bold*\n> "
    tail = "and on it goes " * 330
    message = event(new_comment(f"{markup}\u200f\u202eabc\u202c\0def {tail}", user_id="`<@U1>`")).message
    judge(message)
    (quote,) = (
        part
        for block in message.blocks
        if isinstance(block, RichText)
        for part in block.elements
        if isinstance(part, RichTextQuote)
    )
    (text,) = quote.elements

    assert isinstance(text, Text)
    assert f"{markup}abcdef {tail}".startswith(text.text.removesuffix("…"))
    assert 2_400 < len(text.text) <= 2_500
    assert text.text.endswith("…")
    assert "<" not in message.text


def test_hidden_characters_take_no_room() -> None:
    """Characters that are not shown don't count against a comment's length."""
    assert "Hello." in event(new_comment("\0" * 5_000 + "Hello.")).reading


@pytest.mark.parametrize("odd", ["`", "``", " ", "` `", "\0", "`\u202e`", "<!channel>", "x" * 5_000], ids=ascii)
def test_odd_ids(odd: str) -> None:
    """An order, author or event type that is no id, or nothing, does not spoil the card."""
    for data in (
        new_comment("Hello.", user_id=odd) | {"portout_id": odd},
        status_changed("pending", id=odd) | {"portout_id": odd},
        status_changed("pending") | {"event_type": odd},
    ):
        judge(event(data).message)


@pytest.mark.parametrize("kind", [*known_types, LONG], ids=[*known_types, "unknown"])
@pytest.mark.parametrize("number", [1, 2, 3, 10])
def test_slack_takes_the_longest_cards(kind: str, number: int) -> None:
    """With every field as long as can be, of characters that count twice, a message is still short enough."""
    payload = {**dict.fromkeys(FIELDS, LONG), "phone_numbers": [LONG] * 1_000, "attempted_pin": LONG}
    data = {
        "id": LONG,
        "portout_id": LONG,
        "event_type": kind,
        "created_at": "2026-11-23T10:05:00Z",
        "payload": payload,
    }

    assert_taken([found(data)] * number)


@pytest.mark.parametrize("status", ["pending", "rejected", "authorized", "on-hold"])
@pytest.mark.parametrize("kind", ["portout.status_changed", "portout.split"])
def test_a_pin_is_nowhere(status: str, kind: str) -> None:
    """That a PIN was tried is told; the PIN is on no card, in no notification and in no finding."""
    case = answered(found(status_changed(status, attempted_pin=PIN) | {"event_type": kind}))

    assert ("PIN" in case.reading) is True
    assert PIN.strip("0") not in msgspec.json.encode(case.message).decode() + repr(case)


@examples(200)
@given(event_data, st.from_regex(r"\A[0-9]{4}-pin-[0-9]{4}\Z"))
def test_a_pin_is_nowhere_in_any_card(data: Json, pin: str) -> None:
    """Whatever else Telnyx sends, a PIN is not shown."""
    payload = data["payload"] if isinstance(data["payload"], dict) else {}
    case = answered(found(data | {"payload": payload | {"attempted_pin": pin}}))

    assert pin not in msgspec.json.encode(case.message).decode() + repr(case)


@examples(300)
@given(event_data)
def test_slack_takes_any_card(data: Json) -> None:
    """Whatever Telnyx sends, Slack takes the card."""
    assert_taken([found(data)])


_findings = event_data.map(found) | st.sampled_from(FAILURES)


@examples(100)
@given(st.lists(_findings, min_size=3, max_size=3))
def test_slack_takes_any_three_cards(findings: list[Finding]) -> None:
    """Three cards of whatever Telnyx sends, in full or condensed, are taken."""
    assert_taken(findings)


@examples(60)
@given(st.lists(_findings, min_size=1, max_size=4))
def test_slack_takes_any_ten_cards(findings: list[Finding]) -> None:
    """Ten cards of whatever Telnyx sends are taken."""
    assert_taken(list(itertools.islice(itertools.cycle(findings), 10)))


@examples(200)
@given(hostile_texts)
def test_help_repeats_anything_safely(typed: str) -> None:
    """Whatever was typed, the help that repeats it is taken."""
    judge(helped(typed).message)
