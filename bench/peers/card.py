"""The measured card with slack_sdk's block models; `bench.measurements.in_process` has the same with the bot's."""

from typing import Any, NamedTuple

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    MarkdownTextObject,
    PlainTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextSectionElement,
)

_Text = RichTextElementParts.Text
_Style = RichTextElementParts.TextStyle


class Facts(NamedTuple):
    """The facts on the card of a pending port-out."""

    event_id: str
    order_id: str
    carrier: str
    spid: str
    numbers: str
    subscriber: str
    support_key: str
    pon: str


def facts_of(event: Any, order: Any) -> Facts:
    """Return the facts of an event and its order; in both libraries the fields are named as at Telnyx."""
    payload = event.payload
    return Facts(
        event.id,
        order.id,
        payload.carrier_name,
        payload.spid,
        ", ".join(payload.phone_numbers),
        payload.subscriber_name,
        order.support_key,
        order.pon,
    )


def model_card(facts: Facts) -> list[Block]:
    """Build the card of a pending port-out with slack_sdk's block models."""
    status = RichTextSectionElement(
        elements=[
            RichTextElementParts.Emoji(name="hourglass_flowing_sand"),
            _Text(text=" "),
            _Text(text="Waiting for your answer", style=_Style(bold=True)),
            _Text(text=" · to "),
            _Text(text=facts.carrier, style=_Style(bold=True)),
            _Text(text=f" (SPID {facts.spid})\n"),
            _Text(text="Telnyx authorizes it on its own from "),
            RichTextElementParts.Date(timestamp=1795514700, format="{date_short_pretty}", fallback="2026-11-24"),
            _Text(text=" (estimate)."),
        ]
    )
    known = RichTextSectionElement(
        elements=[
            _Text(text="Numbers  ", style=_Style(bold=True)),
            _Text(text=f"{facts.numbers}\n"),
            _Text(text="Subscriber  ", style=_Style(bold=True)),
            _Text(text=facts.subscriber),
        ]
    )
    ids = f"Event `{facts.event_id}` · order `{facts.order_id}` · `{facts.support_key}` · PON `{facts.pon}`"
    question = ConfirmObject(title="Post it here?", text=PlainTextObject(text="Everyone here will see it."))
    return [
        RichTextBlock(elements=[status]),
        RichTextBlock(elements=[known]),
        ContextBlock(elements=[MarkdownTextObject(text=ids, verbatim=True)]),
        ActionsBlock(
            elements=[
                ButtonElement(action_id="portal", text="Open in Mission Control", url="https://portal.telnyx.com/"),
                ButtonElement(action_id="history", text="History", value=facts.order_id),
                ButtonElement(action_id="refresh", text="Refresh", value=facts.event_id),
                ButtonElement(action_id="post", text="Post to channel", value=facts.event_id, confirm=question),
            ]
        ),
    ]
