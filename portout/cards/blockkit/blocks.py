"""The Block Kit elements that the cards use.

Text from outside goes into `rich_text`, which Slack does not parse; `Text` cleans it, whoever creates it. Slack's
limits are checked when a value is created; a value over a limit raises ValueError, because it is a bug in a card:
cards shorten their data before.
Source: docs.slack.dev/reference/block-kit; the limit of a whole message is known from bolt-js issue 2509.
"""

from functools import cached_property
from typing import Final, TypeAlias

import msgspec
from msgspec import Raw, Struct

from portout.cards.blockkit.text import clean, escape_unformatted

MAX_TEXT: Final = 3_000
MAX_SUMMARY: Final = 4_000  # Slack's advice; it cuts at 40,000
MAX_MESSAGE: Final = 10_000  # characters of encoded blocks; Slack refuses somewhere above 13,200
MAX_BLOCKS: Final = 50
MAX_CONTEXT_ELEMENTS: Final = 10
MAX_BUTTON_TEXT: Final = 75
MAX_BUTTON_VALUE: Final = 2_000
MAX_URL: Final = 3_000
MAX_VIEW_BLOCKS: Final = 100
MAX_VIEW_TITLE: Final = 24

_encoder = msgspec.json.Encoder()


class Style(Struct, frozen=True, omit_defaults=True):
    """The formatting of a piece of rich text."""

    bold: bool = False
    code: bool = False


_BOLD: Final = Style(bold=True)
_CODE: Final = Style(code=True)


class Text(Struct, tag_field="type", tag="text", omit_defaults=True):
    """A piece of rich text, which Slack shows as it is. Invisible characters are removed from it."""

    text: str
    style: Style | None = None

    def __post_init__(self) -> None:
        if not (self.text.isascii() and self.text.isprintable()):
            self.text = clean(self.text)
        if len(self.text) > MAX_TEXT:
            raise _over_limit("text", len(self.text), MAX_TEXT)


class Emoji(Struct, frozen=True, tag_field="type", tag="emoji"):
    """An emoji by its name."""

    name: str


class Date(Struct, frozen=True, tag_field="type", tag="date"):
    """A point in time, which Slack shows in the reader's time zone.

    timestamp: Unix seconds. format: Slack's date tokens, such as `{date_short_pretty} at {time}`. fallback: the same
    in UTC, for clients that cannot format dates.
    """

    timestamp: int
    format: str
    fallback: str


Inline: TypeAlias = Text | Emoji | Date
Line: TypeAlias = tuple[Inline, ...]


class RichTextSection(Struct, frozen=True, tag_field="type", tag="rich_text_section"):
    """One or more lines of rich text."""

    elements: Line


class RichTextQuote(Struct, frozen=True, tag_field="type", tag="rich_text_quote"):
    """A quotation."""

    elements: Line


class RichText(Struct, frozen=True, tag_field="type", tag="rich_text"):
    """A block of text that Slack does not parse."""

    elements: tuple[RichTextSection | RichTextQuote, ...]


class Mrkdwn(Struct, frozen=True, tag_field="type", tag="mrkdwn"):
    """Text that Slack parses: built only from `text.escape`, `text.code`, `dates.date_token` and `mrkdwn.mrkdwn`.

    verbatim: URLs, channel names and mentions in it are not made links.
    """

    text: str
    verbatim: bool = True

    def __post_init__(self) -> None:
        _check_limit("mrkdwn", len(self.text), MAX_TEXT)


class Context(Struct, frozen=True, tag_field="type", tag="context"):
    """A context block, which Slack shows in small type: ids, keys and times."""

    elements: tuple[Mrkdwn, ...]

    def __post_init__(self) -> None:
        _check_limit("context elements", len(self.elements), MAX_CONTEXT_ELEMENTS)


class PlainText(Struct, frozen=True, tag_field="type", tag="plain_text"):
    """Text that Slack does not parse: on buttons, in titles and in confirmations."""

    text: str


class Confirm(Struct, frozen=True):
    """A dialog that asks for confirmation before a click on a button takes effect."""

    title: PlainText
    text: PlainText
    confirm: PlainText
    deny: PlainText


class Button(Struct, frozen=True, tag_field="type", tag="button", omit_defaults=True):
    """A button.

    value: what Slack sends back on a click; holds ids only, because it is stored at Slack and in people's clients. url:
    the page that a click opens. style: `primary` for the one button of a message that matters most; empty for others.
    """

    action_id: str
    text: PlainText
    value: str = ""
    url: str = ""
    confirm: Confirm | None = None
    style: str = ""

    def __post_init__(self) -> None:
        _check_limit("button text", len(self.text.text), MAX_BUTTON_TEXT)
        _check_limit("button value", len(self.value), MAX_BUTTON_VALUE)
        _check_limit("button url", len(self.url), MAX_URL)


class Actions(Struct, frozen=True, tag_field="type", tag="actions"):
    """A row of buttons."""

    elements: tuple[Button, ...]


class Section(Struct, frozen=True, tag_field="type", tag="section", omit_defaults=True):
    """A line or two of text with a button beside it."""

    text: Mrkdwn
    accessory: Button | None = None


Block: TypeAlias = RichText | Context | Actions | Section


class OversizedError(ValueError):
    """Blocks that are too large for one message."""


class Message(Struct, frozen=True, dict=True):
    """A message as Slack shows it.

    text: the content of the blocks, for notifications and screen readers; Slack parses it as mrkdwn.
    """

    text: str
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        _check_limit("blocks", len(self.blocks), MAX_BLOCKS)
        if (length := len(bytes(self.encoded_blocks).decode())) > MAX_MESSAGE:
            raise OversizedError(f"message: {length}, Slack takes {MAX_MESSAGE}")

    @cached_property
    def encoded_blocks(self) -> Raw:
        """Return the blocks as JSON."""
        return Raw(_encoder.encode(self.blocks))


class View(Struct, frozen=True, tag_field="type", tag="modal"):
    """A modal, which one person sees."""

    title: PlainText
    blocks: tuple[Block, ...]
    close: PlainText = PlainText("Close")

    def __post_init__(self) -> None:
        _check_limit("title", len(self.title.text), MAX_VIEW_TITLE)
        _check_limit("blocks", len(self.blocks), MAX_VIEW_BLOCKS)


class HomeView(Struct, frozen=True, tag_field="type", tag="home"):
    """The Home tab of the app, which each person has of their own."""

    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        _check_limit("blocks", len(self.blocks), MAX_VIEW_BLOCKS)


def message(summary: str, blocks: tuple[Block, ...]) -> Message:
    """Return a message of the blocks; raise `OversizedError`.

    summary: their content as text, which is made safe and cut here.
    """
    return Message(escape_unformatted(summary, MAX_SUMMARY), blocks)


def encoded_length(blocks: tuple[Block, ...]) -> int:
    """Return the number of characters of the blocks as JSON, which is what Slack seems to limit."""
    return len(_encoder.encode(blocks).decode())


def text(value: str) -> Text:
    """Return rich text without formatting."""
    return Text(value)


def bold(value: str) -> Text:
    """Return bold rich text."""
    return Text(value, _BOLD)


def code(value: str) -> Text:
    """Return rich text in a code span, easy to copy: an id, a key."""
    return Text(value, _CODE)


def _check_limit(name: str, amount: int, limit: int) -> None:
    if amount > limit:
        raise _over_limit(name, amount, limit)


def _over_limit(name: str, amount: int, limit: int) -> ValueError:
    return ValueError(f"{name}: {amount}, Slack takes {limit}")
