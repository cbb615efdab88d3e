"""Somebody commented on an order: what they wrote, quoted, and who they are."""

from msgspec import UNSET, UnsetType

from bot.cards import facts
from bot.cards.blocks import Emoji, Line, bold, text
from bot.cards.card import Card, small_print
from bot.cards.form import Form
from bot.cards.text import one_line
from bot.finding import Found
from bot.telnyx.events import NewComment

_BRIEF = 80


def new_comment(event: NewComment, found: Found, form: Form) -> Card:
    """Draw the card of a comment."""
    comment = facts.comment(event.payload.comment, form)
    return Card(
        event_id=found.event_id,
        headline=(Emoji("speech_balloon"), text(" "), bold("New comment"), text(" on a port-out")),
        meaning=() if comment else (text("Telnyx sent no text with it."),),
        quote=comment,
        facts=(_author(event.payload.user_id),),
        brief=f"“{one_line(comment, _BRIEF)}”" if comment else "no text",
        small_print=small_print(found, "Written"),
    )


def _author(user_id: str | UnsetType | None) -> Line:
    """Null says that Telnyx's staff wrote it; a missing author says nothing."""
    if user_id is UNSET:
        return ()
    who = facts.user(user_id) if isinstance(user_id, str) else (text("Telnyx staff"),)
    return (bold("From  "), *who) if who else ()
