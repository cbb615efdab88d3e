"""The measured card with the bot's own Block Kit; `bench.peers.card` has the same with slack_sdk's."""

from bench.facts import Facts
from bot.cards.blocks import (
    Actions,
    Button,
    Confirm,
    Context,
    Date,
    Emoji,
    Message,
    Mrkdwn,
    PlainText,
    RichText,
    RichTextSection,
    bold,
    message,
    text,
)


def struct_card(facts: Facts) -> Message:
    """Build the card of a pending port-out; the message checks Slack's limits."""
    status = (
        Emoji("hourglass_flowing_sand"),
        text(" "),
        bold("Waiting for your answer"),
        text(" · to "),
        bold(facts.carrier),
        text(f" (SPID {facts.spid})\n"),
        text("Telnyx authorizes it on its own from "),
        Date(1795514700, "{date_short_pretty}", "2026-11-24"),
        text(" (estimate)."),
    )
    known = (bold("Numbers  "), text(f"{facts.numbers}\n"), bold("Subscriber  "), text(facts.subscriber))
    ids = f"Event `{facts.event_id}` · order `{facts.order_id}` · `{facts.support_key}` · PON `{facts.pon}`"
    question = Confirm(
        PlainText("Post it here?"), PlainText("Everyone here will see it."), PlainText("Yes"), PlainText("No")
    )
    buttons = (
        Button("refresh", PlainText("Refresh"), facts.event_id),
        Button("history", PlainText("History"), facts.order_id),
        Button("post", PlainText("Post to channel"), facts.event_id, confirm=question),
        Button("portal", PlainText("Open in Mission Control"), url="https://portal.telnyx.com/"),
    )
    return message(
        f"Waiting for your answer · to {facts.carrier}",
        (
            RichText((RichTextSection(status),)),
            RichText((RichTextSection(known),)),
            Context((Mrkdwn(ids),)),
            Actions(buttons),
        ),
    )
