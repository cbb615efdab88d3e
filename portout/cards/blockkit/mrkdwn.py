"""Lines of rich text as plain text and as mrkdwn."""

from portout.cards.blockkit.blocks import MAX_TEXT, Date, Emoji, Inline, Line, Text
from portout.cards.blockkit.text import code, escape, truncate, unformatted


def plain(line: Line) -> str:
    """Return a line as plain text: without emoji, with dates in UTC."""
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


def mrkdwn(line: Line, max_length: int = MAX_TEXT) -> str:
    """Return a line as mrkdwn, for blocks that accept nothing else.

    Its texts lose what Slack would make more of than text.
    max_length: characters of each text, code spans excepted; the rest is cut off.
    """
    return "".join(_mrkdwn(element, max_length) for element in line)


def _mrkdwn(element: Inline, max_length: int) -> str:
    match element:
        case Text(text=value, style=style):
            if style and style.code:
                return code(value)
            escaped = escape(truncate(unformatted(value), max_length), MAX_TEXT // 4)
            core = escaped.strip()  # Slack shows "* a *" as it is: the asterisks must touch the text
            return escaped.replace(core, f"*{core}*", 1) if style and core else escaped
        case Emoji(name=name):
            return f":{name}:"
        case Date(timestamp=timestamp, format=date_format, fallback=fallback):
            return f"<!date^{timestamp}^{date_format}|{fallback}>"
