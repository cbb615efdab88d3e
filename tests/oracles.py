"""Checks that Slack would accept a message, by two libraries that know Block Kit, and by limits they do not check.

The limits are written out again here on purpose: limits imported from the bot would repeat its mistakes.
Source: docs.slack.dev/reference/block-kit; the whole message's limit is known from bolt-js issue 2509.
"""

import json
import re
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any, Final

import blockkit
import msgspec
from blockkit.core import Component, ComponentValidationError, FieldValidationError, RichDateEl, RichEmojiEl, RichLinkEl
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block as SdkBlock

from portout.cards.blockkit.blocks import Message
from tests.json_strings import strings

_Json = dict[str, Any]

_MAX_BLOCKS: Final = 50
_MAX_BLOCKS_LENGTH: Final = 10_000
_MAX_VIEW_BLOCKS: Final = 100
_MAX_TITLE_LENGTH: Final = 24
_MAX_VIEW_LENGTH: Final = 250_000
_MAX_SUMMARY_LENGTH: Final = 4_000
_MAX_MRKDWN_LENGTH: Final = 3_000
_MAX_CONTEXT_ELEMENTS: Final = 10

# Control characters but newline, lone surrogates, zero-width characters, the bidi controls, and blank letters.
_FORBIDDEN = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\ud800-\udfff\u061c\u115f\u1160\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_DATE_TOKEN = re.compile(r"<!date\^\d+\^(?:[ a-z]|\{[a-z_]+\})+\|[^<>|^]+>")
_CODE_SPAN = re.compile(r"`[^`\n]+`")
_OWN_FORMATTING = re.compile(r"^:[a-z_]+:|\*[^*\n]+\*", re.MULTILINE)
_FORMATTING = re.compile(r"[*~`]|\b_|_\b|(?<!\d):(?:[a-z0-9_+-]+):|^\s*&gt;|@(?:here|channel|everyone)\b", re.MULTILINE)
_ENTITY = re.compile(r"&(?:amp|lt|gt);")
_COMPONENTS: Final[dict[str, Callable[..., Component]]] = {
    "rich_text": blockkit.RichText,
    "rich_text_section": blockkit.RichTextSection,
    "rich_text_quote": blockkit.RichTextQuote,
    "text": blockkit.RichTextEl,
    "emoji": RichEmojiEl,
    "link": RichLinkEl,
    "date": RichDateEl,
    "context": blockkit.Context,
    "actions": blockkit.Actions,
    "section": blockkit.Section,
    "button": blockkit.Button,
}


def assert_valid_blocks(message: Message, mentions: Collection[str] = ()) -> None:
    """Raise AssertionError if Slack would refuse the message, or would read formatting into data.

    mentions: those that the message means, as mrkdwn.
    """
    encoded = msgspec.json.encode(message).decode()
    for mention in mentions:
        encoded = encoded.replace(mention, "somebody")
    assert_valid_json(encoded.encode())


def assert_valid_json(body: bytes) -> None:
    """Raise AssertionError if Slack would refuse an encoded message, or would read formatting into data."""
    try:
        message = json.loads(body.decode("utf-8", "strict"))
    except ValueError as error:
        raise AssertionError("not JSON in UTF-8") from error
    blocks = message["blocks"]
    assert isinstance(blocks, list)
    assert 1 <= len(blocks) <= _MAX_BLOCKS, f"{len(blocks)} blocks"
    encoded = len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))
    assert encoded <= _MAX_BLOCKS_LENGTH, f"{encoded} characters of blocks"
    _check_summary(message["text"])
    assert _FORBIDDEN.search(message["text"]) is None, "something hidden in the text"
    _check_blocks(blocks)


def _check_blocks(blocks: list[_Json]) -> None:
    for block in blocks:
        _check_block(json.dumps(block))


@lru_cache(10_000)
def _check_block(encoded: str) -> None:
    """Check an encoded block, once: the same one is in many messages, and the libraries are slow."""
    block = json.loads(encoded)
    for text in strings(block):
        hidden = _FORBIDDEN.search(text)
        assert hidden is None, f"U+{ord(hidden.group()):04X} in a text"
    _check_shape(block)
    _check_with_slack_sdk(block)
    _check_with_blockkit(block)


def assert_valid_view(view: _Json) -> None:
    """Raise AssertionError if Slack would refuse a modal or a Home tab, or would read formatting into its data."""
    assert view["type"] in {"modal", "home"}
    if view["type"] == "modal":
        assert len(view["title"]["text"]) <= _MAX_TITLE_LENGTH
        assert len(view["close"]["text"]) <= _MAX_TITLE_LENGTH
    assert 1 <= len(view["blocks"]) <= _MAX_VIEW_BLOCKS, f"{len(view['blocks'])} blocks"
    assert len(json.dumps(view)) <= _MAX_VIEW_LENGTH
    _check_blocks(view["blocks"])


def _check_summary(text: str) -> None:
    assert text.strip(), "no text for notifications and screen readers"
    assert len(text) <= _MAX_SUMMARY_LENGTH, f"{len(text)} characters of text"
    _check_escaping(text)
    assert "://" not in text, "a link in the text"
    _check_formatting(text)


def _check_shape(part: _Json) -> None:
    """Check what neither library checks."""
    if "accessory" in part:
        _check_shape(part["accessory"])
    if isinstance(part.get("text"), dict):
        # The headline of a condensed card: its emoji and its bold text are the bot's own.
        heading = part["text"]["text"]
        _check_shape(
            part["text"] | {"text": _OWN_FORMATTING.sub("", heading) if part["type"] == "section" else heading}
        )
    if "elements" in part:
        assert part["elements"], f"a {part['type']} without elements"
        for element in part["elements"]:
            _check_shape(element)
    if "text" in part:
        assert part["text"], f"an empty {part['type']}"
    if part["type"] == "context":
        assert len(part["elements"]) <= _MAX_CONTEXT_ELEMENTS, f"{len(part['elements'])} context elements"
    if part["type"] == "mrkdwn":
        assert part.get("verbatim") is True, "URLs in it become links"
        _check_mrkdwn(part["text"])


def _check_mrkdwn(text: str) -> None:
    """Check that nothing is formatted except the bot's own date tokens and code spans."""
    assert len(text) <= _MAX_MRKDWN_LENGTH, f"{len(text)} characters of mrkdwn"
    without_dates = _DATE_TOKEN.sub("", text)
    _check_escaping(without_dates)
    _check_formatting(_CODE_SPAN.sub("", without_dates))


def _check_formatting(text: str) -> None:
    # An underscore between letters or digits formats nothing, and a time such as 10:05:00 has no emoji.
    formatting = _FORMATTING.search(text)
    assert formatting is None, f"live formatting: {text!r}"


def _check_escaping(text: str) -> None:
    live = re.search(r"[<>&]", _ENTITY.sub("", text))
    assert live is None, f"live markup: {text!r}"


def _check_with_slack_sdk(block: _Json) -> None:
    try:
        known = SdkBlock.parse(block)
        assert known is not None, f"slack_sdk does not know {block['type']}"
        known.validate_json()
    except (SlackObjectFormationError, TypeError) as error:
        raise AssertionError(f"slack_sdk: {error}") from error

    assert block == known.to_dict()


def _check_with_blockkit(block: _Json) -> None:
    try:
        built = _lift(block).build()  # type: ignore[no-untyped-call]  # blockkit is typed but for this
    except (FieldValidationError, ComponentValidationError, TypeError, KeyError) as error:
        raise AssertionError(f"blockkit: {error!r}") from error

    assert block == built


def _lift(part: _Json) -> Component:
    """Return blockkit's component for a dict; raises KeyError or TypeError for an unknown type or key."""
    fields = {key: value for key, value in part.items() if key != "type"}
    if part["type"] in {"mrkdwn", "plain_text"}:
        return blockkit.Text(**fields, type=part["type"])
    if part["type"] == "button":
        fields["text"] = _lift(fields["text"])
        if "confirm" in fields:
            texts: dict[str, Any] = {name: _lift(text) for name, text in fields["confirm"].items()}
            fields["confirm"] = blockkit.Confirm(**texts)
    if part["type"] == "section":
        fields["text"] = _lift(fields["text"])
        if "accessory" in fields:
            fields["accessory"] = _lift(fields["accessory"])
    if "elements" in fields:
        fields["elements"] = [_lift(element) for element in fields["elements"]]
    if isinstance(fields.get("style"), dict):  # that of a button is a word
        fields["style"] = blockkit.core.RichStyle(**fields["style"])
    return _COMPONENTS[part["type"]](**fields)
