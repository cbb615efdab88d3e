"""Lines of rich text, read aloud, or written as mrkdwn."""

from portout.cards.blockkit.blocks import MAX_TEXT, Date, Emoji, Inline, Line, Text, Verbatim
from portout.cards.blockkit.text import code, escape, strip_formatting, truncate


def plain(line: Line) -> str:
    """Read a line aloud: no emoji, dates in UTC."""
    parts = []
    for element in line:
        match element:
            case Text():
                parts.append(element.text)
            case Date():
                parts.append(element.fallback)
            case Emoji():
                pass
    return " ".join("".join(parts).split())


def mrkdwn(line: Line, max_length: int) -> Verbatim:
    """Write rich text as mrkdwn, where a block takes nothing else; what is not our own loses what could format.

    longest: how many characters of one stretch are kept.
    """
    return Verbatim("".join(_mrkdwn(element, max_length) for element in line))


def _mrkdwn(element: Inline, max_length: int) -> str:
    match element:
        case Text(text=value, style=style):
            if style and style.code:
                return code(value)
            words = escape(truncate(strip_formatting(value), max_length), MAX_TEXT // 4)
            core = words.strip()
            return words.replace(core, f"*{core}*", 1) if style and core else words
        case Emoji(name=name):
            return f":{name}:"
        case Date(timestamp=timestamp, format=form, fallback=fallback):
            return f"<!date^{timestamp}^{form}|{fallback}>"
