"""Messages in a terminal: what a person sees in Slack, and nothing that the terminal obeys."""

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
    """Emoji are drawn, dates are in UTC, and a quote is marked in each of its lines."""
    when = Date(1795710600, "{date_short_pretty} at {time}", "2026-11-26 16:30 UTC")
    section = RichTextSection(
        (Emoji("calendar"), text(" "), bold("Moved to "), when, text("\nOrder "), code("9471c873"))
    )
    message = Message("x", (RichText((section, RichTextQuote((text("one\ntwo"),)))),))

    assert lines(message) == ["  📆 Moved to 2026-11-26 16:30 UTC", "  Order 9471c873", "  ┃ one", "  ┃ two", ""]


def test_small_print_reads_as_in_slack() -> None:
    """Code spans, dates and escaped characters in mrkdwn are shown as Slack shows them, one element a line."""
    small = (
        Mrkdwn("Event `a&lt;b` &amp; more"),
        Mrkdwn("Fetched <!date^1795710600^{date_short_pretty} {time}|2026-11-26 16:30 UTC> &gt; now"),
    )

    assert lines(Message("x", (Context(small),))) == [
        "  Event a<b & more",
        "  Fetched 2026-11-26 16:30 UTC > now",
        "",
    ]


def test_text_from_outside_is_not_obeyed() -> None:
    """Neither rich's markup nor its emoji names, nor a terminal's control sequences, mean anything in a text."""
    hostile = "[bold red]x[/] :boom: \x1b[31my\x07 [link=http://x.example]z"
    section = RichTextSection((text(hostile),))

    assert lines(Message("x", (RichText((section, RichTextQuote((text(":boom:"),)))),))) == [
        "  [bold red]x[/] :boom: [31my [link=http://x.example]z",
        "  ┃ :boom:",
        "",
    ]


def test_what_stands_out_in_slack_stands_out() -> None:
    """Bold is bold, and what is to be copied has a color."""
    page = io.StringIO()
    console = Console(file=page, width=60, color_system="standard", no_color=False, force_terminal=True)
    line = (bold("Ported"), text(" "), code("9471c873"))
    print_message(console, Message("x", (RichText((RichTextSection(line),)),)))

    assert "\x1b[1mPorted\x1b[0m \x1b[36m9471c873\x1b[0m" in page.getvalue()


def test_long_lines_are_folded() -> None:
    """A line that is too long goes on under its beginning."""
    words = " ".join(["word"] * 30)
    message = Message("x", (RichText((RichTextSection((text(words),)),)),))

    assert all(line.startswith("  word") for line in lines(message)[:-1])
    assert " ".join(" ".join(lines(message)).split()) == words
