"""Messages in a terminal: what a person sees in Slack, without control sequences or markup from outside."""

import io

from rich.console import Console

from portout.cards.blockkit.blocks import (
    Context,
    Date,
    Emoji,
    Message,
    Mrkdwn,
    RichText,
    RichTextQuote,
    RichTextSection,
    bold,
    code,
    text,
)
from portout.cards.blockkit.terminal import print_message


def lines(message: Message) -> list[str]:
    page = io.StringIO()
    print_message(Console(file=page, width=60, color_system=None), message)
    return [line.rstrip() for line in page.getvalue().splitlines()]


def test_rich_text_reads_as_in_slack() -> None:
    """Emoji are shown as characters, dates are in UTC, and each line of a quotation is marked."""
    when = Date(1795710600, "{date_short_pretty} at {time}", "2026-11-26 16:30 UTC")
    section = RichTextSection(
        (Emoji("calendar"), text(" "), bold("Moved to "), when, text("\nOrder "), code("9471c873"))
    )
    message = Message("x", (RichText((section, RichTextQuote((text("one\ntwo"),)))),))

    assert lines(message) == ["  📆 Moved to 2026-11-26 16:30 UTC", "  Order 9471c873", "  ┃ one", "  ┃ two", ""]


def test_context_reads_as_in_slack() -> None:
    """Code spans, dates and escaped characters in mrkdwn are shown as in Slack, one element on each line."""
    elements = (
        Mrkdwn("Event `a&lt;b` &amp; more"),
        Mrkdwn("Fetched <!date^1795710600^{date_short_pretty} {time}|2026-11-26 16:30 UTC> &gt; now"),
    )

    assert lines(Message("x", (Context(elements),))) == [
        "  Event a<b & more",
        "  Fetched 2026-11-26 16:30 UTC > now",
        "",
    ]


def test_text_from_outside_is_not_interpreted() -> None:
    """Rich's markup, its emoji names and a terminal's control sequences have no effect in a text from outside."""
    hostile = "[bold red]x[/] :boom: \x1b[31my\x07 [link=http://x.example]z"
    section = RichTextSection((text(hostile),))

    assert lines(Message("x", (RichText((section, RichTextQuote((text(":boom:"),)))),))) == [
        "  [bold red]x[/] :boom: [31my [link=http://x.example]z",
        "  ┃ :boom:",
        "",
    ]


def test_bold_and_code_are_highlighted() -> None:
    """Bold text is bold, and a code span has a color."""
    page = io.StringIO()
    console = Console(file=page, width=60, color_system="standard", no_color=False, force_terminal=True)
    line = (bold("Ported"), text(" "), code("9471c873"))
    print_message(console, Message("x", (RichText((RichTextSection(line),)),)))

    assert "\x1b[1mPorted\x1b[0m \x1b[36m9471c873\x1b[0m" in page.getvalue()


def test_long_lines_are_folded() -> None:
    """A line that is too long continues below, with the same indentation."""
    words = " ".join(["word"] * 30)
    message = Message("x", (RichText((RichTextSection((text(words),)),)),))

    assert all(line.startswith("  word") for line in lines(message)[:-1])
    assert " ".join(" ".join(lines(message)).split()) == words
