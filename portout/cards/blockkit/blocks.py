"""The part of Block Kit that the cards are made of.

Text from outside goes into `rich_text`, which Slack does not parse; it is cleaned here, whoever builds it. Slack's
limits are checked where a value is made: one that is passed is a mistake in a card, not in its data.
Source: docs.slack.dev/reference/block-kit; the limit of a whole message is known from bolt-js issue 2509.
"""

from typing import Final, TypeAlias

import msgspec
from msgspec import Struct

from portout.cards.blockkit.text import clean, escape

MAX_TEXT: Final = 3_000
MAX_SUMMARY: Final = 2_000
MAX_MESSAGE: Final = 10_000  # characters of encoded blocks; Slack refuses somewhere above 13,200
MAX_BLOCKS: Final = 50
MAX_CONTEXT_ELEMENTS: Final = 10
MAX_BUTTON_TEXT: Final = 75
MAX_BUTTON_VALUE: Final = 2_000
MAX_URL: Final = 3_000
MAX_VIEW_BLOCKS: Final = 100
MAX_VIEW_TITLE: Final = 24


class Style(Struct, frozen=True, omit_defaults=True):
    """How a stretch of rich text looks."""

    bold: bool = False
    code: bool = False


class Text(Struct, tag_field="type", tag="text", omit_defaults=True):
    """A stretch of rich text, shown as it is."""

    text: str
    style: Style | None = None

    def __post_init__(self) -> None:
        """Clean it, and hold the limit."""
        self.text = clean(self.text)
        _check_limit("text", len(self.text), MAX_TEXT)


class Emoji(Struct, frozen=True, tag_field="type", tag="emoji"):
    """An emoji by its name."""

    name: str


class Date(Struct, frozen=True, tag_field="type", tag="date"):
    """A point in time, in the reader's own zone. timestamp: Unix seconds. fallback: the same in UTC."""

    timestamp: int
    format: str
    fallback: str


Inline: TypeAlias = Text | Emoji | Date
Line: TypeAlias = tuple[Inline, ...]


class RichTextSection(Struct, frozen=True, tag_field="type", tag="rich_text_section"):
    """Lines of rich text."""

    elements: Line


class RichTextQuote(Struct, frozen=True, tag_field="type", tag="rich_text_quote"):
    """What somebody else wrote."""

    elements: Line


class RichText(Struct, frozen=True, tag_field="type", tag="rich_text"):
    """A block of text that Slack does not parse."""

    elements: tuple[RichTextSection | RichTextQuote, ...]


class Mrkdwn(Struct, frozen=True, tag_field="type", tag="mrkdwn"):
    """Text that Slack parses: made of `text.escape`, `text.code` and `times.date_token` only."""

    text: str

    def __post_init__(self) -> None:
        """Hold the limit."""
        _check_limit("mrkdwn", len(self.text), MAX_TEXT)


class Verbatim(Struct, frozen=True, tag_field="type", tag="mrkdwn"):
    """Text that Slack parses but adds no links to: made by `lines.mrkdwn` only."""

    text: str
    verbatim: bool = True

    def __post_init__(self) -> None:
        """Hold the limit."""
        _check_limit("mrkdwn", len(self.text), MAX_TEXT)


class Context(Struct, frozen=True, tag_field="type", tag="context"):
    """Small print: ids, keys and times."""

    elements: tuple[Mrkdwn, ...]

    def __post_init__(self) -> None:
        """Hold the limit."""
        _check_limit("context elements", len(self.elements), MAX_CONTEXT_ELEMENTS)


class PlainText(Struct, frozen=True, tag_field="type", tag="plain_text"):
    """Text on a button, which Slack does not parse."""

    text: str


class Confirm(Struct, frozen=True):
    """A question asked before a press counts."""

    title: PlainText
    text: PlainText
    confirm: PlainText
    deny: PlainText


class Button(Struct, frozen=True, tag_field="type", tag="button", omit_defaults=True):
    """Something to press.

    value: comes back when it is; ids only, for it is kept at Slack and in people's clients. url: where it leads.
    """

    action_id: str
    text: PlainText
    value: str = ""
    url: str = ""
    confirm: Confirm | None = None

    def __post_init__(self) -> None:
        """Hold the limits."""
        _check_limit("button text", len(self.text.text), MAX_BUTTON_TEXT)
        _check_limit("button value", len(self.value), MAX_BUTTON_VALUE)
        _check_limit("button url", len(self.url), MAX_URL)


class Actions(Struct, frozen=True, tag_field="type", tag="actions"):
    """A row of buttons."""

    elements: tuple[Button, ...]


class Section(Struct, frozen=True, tag_field="type", tag="section", omit_defaults=True):
    """A line or two with a button beside it."""

    text: Verbatim
    accessory: Button | None = None


Block: TypeAlias = RichText | Context | Actions | Section


class Message(Struct, frozen=True):
    """What Slack shows. text: the same as the blocks in a line, for notifications and screen readers; mrkdwn."""

    text: str
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        """Hold the limits."""
        _check_limit("blocks", len(self.blocks), MAX_BLOCKS)
        _check_limit("message", size(self.blocks), MAX_MESSAGE)


class View(Struct, frozen=True, tag_field="type", tag="modal"):
    """A window over Slack, for one person."""

    title: PlainText
    blocks: tuple[Block, ...]
    close: PlainText = PlainText("Close")

    def __post_init__(self) -> None:
        """Hold the limits."""
        _check_limit("title", len(self.title.text), MAX_VIEW_TITLE)
        _check_limit("blocks", len(self.blocks), MAX_VIEW_BLOCKS)


def message(summary: str, blocks: tuple[Block, ...]) -> Message:
    """Make a message of blocks and of the unescaped text that says the same."""
    return Message(escape(summary, MAX_SUMMARY), blocks)


def size(blocks: tuple[Block, ...]) -> int:
    """Count the characters of the encoded blocks, as Slack may."""
    return len(msgspec.json.encode(blocks).decode())


def text(value: str) -> Text:
    """Plain rich text."""
    return Text(value)


def bold(value: str) -> Text:
    """Rich text that stands out."""
    return Text(value, Style(bold=True))


def code(value: str) -> Text:
    """Rich text to copy: an id, a key."""
    return Text(value, Style(code=True))


def _check_limit(what: str, amount: int, limit: int) -> None:
    if amount > limit:
        raise ValueError(f"{what}: {amount}, Slack takes {limit}")
