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
from portout.cards.fields.whose import customer
from portout.lookup.portout_facts import PortoutFacts

LEAVING: Final = frozenset({"authorized", "ported"})
"""The statuses in which the numbers leave or have left."""

PORTING_BELOW: Final = "the porting desk"
"""Whom a condensed card tells people to call: who that is stands below all the cards."""

_MAX_STATUS: Final = 40
_LOOK: Final = "Look in Mission Control for what it is now"


class StateText(Struct, frozen=True, kw_only=True):
    """The texts for a state.

    name: in our words. carrier_link: the words between the numbers and the
    carrier: "to", or "asked for by" where they may stay. meaning: what the state means. deadline: until when, in a few
    words. next_step: who has to do what, and where.
    """

    emoji: str
    name: str
    carrier_link: str = "asked for by"
    meaning: Line = ()
    deadline: Line = ()
    next_step: Line = ()


_NOTHING: Final = (text("Nothing to do."),)
_STAYING: Final = {
    "rejected-pending": StateText(
        emoji="raised_hand",
        name="Rejection under review",
        meaning=(text("Not final: Telnyx checks our reason. If it is not valid, the order is pending again."),),
        next_step=(text("Nothing to do now: look again tomorrow."),),
    ),
    "rejected": StateText(emoji="lock", name="Rejected", meaning=(text("The numbers stay."),), next_step=_NOTHING),
    "canceled": StateText(
        emoji="leftwards_arrow_with_hook",
        name="Canceled",
        meaning=(text("Withdrawn by the gaining carrier or by Telnyx. The numbers stay."),),
        next_step=_NOTHING,
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
                meaning=foc_window.meaning(foc_date(facts.order.foc_date), facts, options),
                deadline=_leaves(facts),
                next_step=call_porting(facts, options, "stop it"),
            )
        case "ported":
            return StateText(
                emoji="no_mobile_phones",
                name="Ported",
                carrier_link="to",
                meaning=(text("The numbers have left our account."),),
                next_step=call_porting(facts, options, "dispute it now"),
            )
        case ("rejected-pending" | "rejected" | "canceled") as status:
            return _STAYING[status]
        case status:
            return StateText(
                emoji="grey_question",
                name=f"Status “{one_line(status, _MAX_STATUS)}”",
                meaning=(text("This bot does not know this status."),),
                next_step=(text(f"{_LOOK}."),),
            )


def state_line(facts: PortoutFacts, state: StateText) -> Line:
    """Return the state now, in our words and in Telnyx's, and the state at the event where that was another."""
    was, is_now = one_line(facts.past_status, _MAX_STATUS), one_line(facts.status, _MAX_STATUS)
    past = (text(" · was "), bold(was), text(" at its last event" if facts.is_last else " at the event")) if was else ()
    if not is_now:
        emoji = "warning" if facts.needs_decision else "grey_question"
        return (Emoji(emoji), text(" "), bold("State now not known"), *past)
    # The numbers leave although the event said otherwise: whoever reads it late must not miss that.
    has_moved = bool(was) and was != is_now
    emoji = "warning" if has_moved and is_now in LEAVING else state.emoji
    word = () if is_now.lower() in state.name.lower() else (text(f" ({is_now})"),)
    return (Emoji(emoji), text(" "), bold(state.name), *word, *(past if has_moved else ()))


def next_step(facts: PortoutFacts, state: StateText) -> Line:
    """Return who has to do what, and where."""
    if facts.status and facts.rejected_for_pin and state.next_step == _NOTHING:
        return ()  # the warning says it
    if facts.status or facts.needs_decision:
        return state.next_step
    return (text(f"{_LOOK}. "), *state.next_step) if facts.past_status in LEAVING else (text(f"{_LOOK}."),)


def call_porting(facts: PortoutFacts, options: CardOptions, purpose: str) -> Line:
    """Return whom to call, and what to quote, if nobody in the company agreed to a port-out."""
    porting = PORTING_BELOW if options.is_condensed else options.contacts.porting
    advice = f"If nobody here agreed to this port-out, {purpose}: call {porting}"
    if key := code_safe(facts.order.support_key, 16):
        return (text(f"{advice}, and quote "), code(key), text("."))
    if facts.order_id:
        return (text(f"{advice}, and quote order "), code(facts.order_id), text("."))
    return (text(f"{advice}."),)


def _leaves(facts: PortoutFacts) -> Line:
    foc = foc_date(facts.order.foc_date)
    if foc is None:
        return ()
    span = foc_window.window(foc, facts.now)
    leaves = "could leave from " if span.is_over else "leaves from "
    return (text(leaves), moment(span.opens), text(" to "), day(span.closes))


def _pending(facts: PortoutFacts, options: CardOptions) -> StateText:
    deadline = deadline_of(facts.requested_at, facts.now, options)
    who = "Details shows who" if options.is_posted else customer(facts, options)
    check = f"Check with the customer ({who})" if who else "Check with the customer"
    state = StateText(
        emoji=deadline.emoji,
        name="Waiting for your answer",
        meaning=deadline.meaning,
        deadline=deadline.brief,
        next_step=(text(f"{check}, then authorize or reject it in Mission Control."),),
    )
    if facts.status:
        return state
    if deadline.is_over:
        meaning = (text("Unless somebody answered, Telnyx has let the numbers go by now (estimate)."),)
        advice = (text(f"{_LOOK}. "), *call_porting(facts, options, "stop it"))
        return structs.replace(state, meaning=meaning, deadline=(text("48 h are over"),), next_step=advice)
    advice = (text(f"{_LOOK}. If it still waits, check with the customer, then authorize or reject it there."),)
    return structs.replace(
        state, meaning=(text("This port-out may still wait for an answer. "), *deadline.meaning), next_step=advice
    )
