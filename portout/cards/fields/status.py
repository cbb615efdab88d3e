"""The texts for the state of a port-out: the six statuses that Telnyx documents, and any that it may add.

Source of the meanings: Telnyx's port-out guide ("Port-out orders"); the texts are written for the porting desk.
"""

from typing import Final

from msgspec import Struct, structs

from portout.cards.blockkit.blocks import Emoji, Line, bold, code, text
from portout.cards.blockkit.dates import day, moment
from portout.cards.blockkit.text import code_safe, one_line
from portout.cards.card import CardOptions
from portout.cards.fields import foc_window
from portout.cards.fields.deadline import deadline_of
from portout.cards.fields.foc_window import foc_date
from portout.lookup.portout_facts import PortoutFacts

LEAVING: Final = frozenset({"authorized", "ported"})
"""The statuses in which the numbers leave or have left."""

_MAX_STATUS: Final = 40
_LOOK: Final = "Look in Mission Control for what it is now"


class StateText(Struct, frozen=True, kw_only=True):
    """The texts for a state.

    name: in our words. past_name: the same when it is over. carrier_link: the words between the numbers and the
    carrier: "to", or "asked for by" where they may stay. meaning: what the state means. deadline: until when, in a few
    words. next_step: who has to do what, and where.
    """

    emoji: str
    name: str
    past_name: str = ""
    carrier_link: str = "asked for by"
    meaning: Line = ()
    deadline: Line = ()
    next_step: Line = ()


_STAYING: Final = {
    "rejected-pending": StateText(
        emoji="raised_hand",
        name="Rejection under review",
        meaning=(
            text("Not final: Telnyx checks our reason, and one that is not valid puts the order back to pending."),
        ),
        next_step=(text("Nothing to do now. Watch it."),),
    ),
    "rejected": StateText(emoji="lock", name="Rejected", meaning=(text("Nothing leaves."),)),
    "canceled": StateText(
        emoji="leftwards_arrow_with_hook",
        name="Canceled",
        meaning=(text("Withdrawn by the gaining carrier or by Telnyx. Nothing leaves."),),
    ),
}


def describe_state(facts: PortoutFacts, options: CardOptions) -> StateText:
    """Return the texts for the state now; where that is not known, for the state at the time of the event."""
    match facts.status or facts.past_status:
        case "pending":
            return _pending(facts, options)
        case "authorized":
            return StateText(
                emoji="outbox_tray",
                name="Authorized",
                carrier_link="to",
                meaning=foc_window.meaning(foc_date(facts.order.foc_date), facts.now, options),
                deadline=_leaves(facts),
                next_step=call_porting(facts, options, "to stop it"),
            )
        case "ported":
            return StateText(
                emoji="wave",
                name="Ported",
                carrier_link="to",
                meaning=(text("Gone from our account."),),
                next_step=call_porting(facts, options, "now to dispute it"),
            )
        case ("rejected-pending" | "rejected" | "canceled") as status:
            return _STAYING[status]
        case status:
            name = one_line(status, _MAX_STATUS)
            return StateText(
                emoji="grey_question",
                name=f"Status “{name}”" if name else "Status not known",
                meaning=(text("This bot does not know this status."),),
                next_step=(text(f"{_LOOK}."),),
            )


def state_line(facts: PortoutFacts, state: StateText, past: str) -> Line:
    """Return the headline of a state: now, or then where now is not known, in our words and in Telnyx's.

    past: when "then" was.
    """
    was, is_now = one_line(facts.past_status, _MAX_STATUS), one_line(facts.status, _MAX_STATUS)
    if was and is_now and was != is_now:
        # The numbers leave although the event said otherwise: whoever reads it late must not miss that.
        emoji = "warning" if is_now in LEAVING else state.emoji
        return (Emoji(emoji), text(" Was "), bold(was), text(" at the event, is now "), bold(is_now))
    if is_now:
        return (Emoji(state.emoji), text(" "), bold(state.name), *_in_telnyx_words(is_now, state.name))
    if not was:
        return (Emoji("grey_question"), text(" "), bold("Status not known"))
    emoji = state.emoji if was == "pending" else "grey_question"
    name = state.past_name or state.name
    then = bold(f"{name} {past}")
    return (Emoji(emoji), text(" "), then, *_in_telnyx_words(was, name), text("; "), bold("now not known"))


def order_state(facts: PortoutFacts) -> Line:
    """Return the state of the order in Telnyx's words, after what an event of another kind says."""
    if facts.status:
        return (text(" · order is "), bold(one_line(facts.status, _MAX_STATUS)))
    if facts.past_status:
        return (
            text(" · order was "),
            bold(one_line(facts.past_status, _MAX_STATUS)),
            text(", "),
            bold("now not known"),
        )
    return (text(" · "), bold("order now not known"))


def next_step(facts: PortoutFacts, state: StateText) -> Line:
    """Return who has to do what, and where; empty where nothing is to be decided."""
    if facts.status or facts.needs_decision:
        return state.next_step
    calls = state.next_step if facts.past_status in LEAVING else ()
    return (text(f"{_LOOK}. "), *calls) if calls else (text(f"{_LOOK}."),)


def call_porting(facts: PortoutFacts, options: CardOptions, purpose: str) -> Line:
    """Return whom to call, and what to quote, if nobody in the company agreed to a port-out."""
    advice = f"If nobody here agreed to it, call {options.contacts.porting} {purpose}"
    key = code_safe(facts.order.support_key, 16)
    return (text(f"{advice}, and quote "), code(key), text(".")) if key else (text(f"{advice}."),)


def _in_telnyx_words(status: str, name: str) -> Line:
    return () if status.lower() in name.lower() else (text(f" ({status})"),)


def _leaves(facts: PortoutFacts) -> Line:
    foc = foc_date(facts.order.foc_date)
    if foc is None:
        return ()
    span = foc_window.window(foc, facts.now)
    return (text("leaves from "), moment(span.opens), text(" to "), day(span.closes))


def _pending(facts: PortoutFacts, options: CardOptions) -> StateText:
    deadline = deadline_of(facts.created_at, facts.now, options)
    text_of_state = StateText(
        emoji=deadline.emoji,
        name="Waiting for your answer",
        past_name="Waiting for an answer",
        carrier_link="to",
        meaning=deadline.meaning,
        deadline=deadline.brief,
        next_step=(text("Check with the customer, then authorize or reject it in Mission Control."),),
    )
    if facts.status:
        return text_of_state
    if deadline.is_over:
        passed = (text("Unless somebody answered, Telnyx has authorized it since (estimate)."),)
        advice = (text(f"{_LOOK}. "), *call_porting(facts, options, "to stop it"))
        return structs.replace(text_of_state, meaning=passed, next_step=advice)
    advice = (text(f"{_LOOK}. If it still waits, check with the customer, then authorize or reject it there."),)
    return structs.replace(text_of_state, next_step=advice)
