"""A Slack message printed in a terminal, as a person would read it in Slack."""

import html
import re
from collections.abc import Iterator

from rich.console import Console
from rich.emoji import Emoji as RichEmoji
from rich.padding import Padding
from rich.text import Text as RichText

from portout.cards.blockkit import blocks

_TOKEN = re.compile(
    r"`(?P<code>[^`]*)`|<!date\^[^|>]*\|(?P<date>[^>]*)>|\*(?P<bold>[^*\n]+)\*|^(?P<emoji>:[a-z_]+:)", re.MULTILINE
)
_STYLES = {"code": "cyan", "date": "dim", "bold": "bold", "emoji": ""}


def print_message(console: Console, message: blocks.Message) -> None:
    """Print the blocks one below the other, with dates in UTC."""
    for block in message.blocks:
        match block:
            case blocks.RichText(elements=parts):
                for part in parts:
                    quoted = isinstance(part, blocks.RichTextQuote)
                    content = _line(part.elements)
                    _print(console, _quote(content) if quoted else content)
            case blocks.Context(elements=elements):
                for element in elements:
                    _print(console, RichText.assemble(*_pieces(element.text)))
            case blocks.Section(text=mrkdwn, accessory=button):
                label = f"   [ {button.text.text} ]" if button else ""
                _print(console, RichText.assemble(*_pieces(mrkdwn.text), (label, "bold")))
            case blocks.Actions(elements=buttons):
                _print(console, RichText.assemble(*((f"[ {button.text.text} ] ", "bold") for button in buttons)))
    console.print()


def _print(console: Console, content: RichText) -> None:
    console.print(Padding(content, (0, 0, 0, 2), expand=False))


def _line(elements: blocks.Line) -> RichText:
    return RichText.assemble(*(_styled(element) for element in elements))


def _styled(element: blocks.Inline) -> tuple[str, str]:
    match element:
        case blocks.Text(text=text, style=style):
            bold, code = (style.bold, style.code) if style else (False, False)
            return text, "bold" if bold else "cyan" if code else ""
        case blocks.Date(fallback=fallback):
            return fallback, ""
        case blocks.Emoji(name=name):
            return RichEmoji.replace(f":{name}:"), ""


def _quote(content: RichText) -> RichText:
    return RichText("\n").join(RichText("┃ ", "dim") + line for line in content.split("\n"))


def _pieces(mrkdwn: str) -> Iterator[tuple[str, str]]:
    """Yield each piece of mrkdwn as text without markup, and its style in rich."""
    end = 0
    for match in _TOKEN.finditer(mrkdwn):
        yield html.unescape(mrkdwn[end : match.start()]), "dim"
        kind = match.lastgroup or "code"
        content = html.unescape(match[kind])
        yield RichEmoji.replace(content) if kind == "emoji" else content, _STYLES[kind]
        end = match.end()
    yield html.unescape(mrkdwn[end:]), "dim"
