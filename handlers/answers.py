"""Looking up for a person, and keeping account of who was shown what."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from bot.cards.answer import MOST_FULL_CARDS, answer
from bot.cards.blocks import Message
from bot.cards.buttons import Controls, Subject
from bot.cards.form import Form
from bot.cards.notice import refused, slow_down
from bot.finding import Failed, Finding, History
from bot.identifiers import Identifiers
from bot.logs import audit, current_reference
from bot.metrics import LOOK_UPS, REFUSALS
from handlers.access import Person
from handlers.responder import Answering

_FORMS: Final = {Form.PRIVATE: "full", Form.CHANNEL: "masked"}


class Asker(Struct, frozen=True):
    """Who asks, and where. surface: how."""

    surface: str
    person: Person
    channel: str


async def look_up(
    answering: Answering, asker: Asker, asked: Identifiers, form: Form, subject: Subject, *, fresh: bool = False
) -> tuple[Message, tuple[str, ...]]:
    """Give the cards of the ids, and which of them were found. fresh: not what was kept."""
    findings = await answering.lookup.findings(asked, fresh=fresh)
    count(asker, findings)
    note_shown(asker, findings, form)
    # Under an alert there is one full card at most.
    most_full = 1 if subject.alert_ts else MOST_FULL_CARDS
    # An order that is shown with its event is not asked for again.
    subject = msgspec.structs.replace(subject, ids=tuple(finding.id for finding in findings))
    buttons = controls(answering, asker.channel, subject)
    message = answer(findings, asked, current_reference(), form, buttons, most_full=most_full)
    return message, tuple(finding.id for finding in findings if not isinstance(finding, Failed))


def controls(answering: Answering, channel: str, subject: Subject) -> Controls:
    """Say what can be done with an answer in a channel."""
    return Controls(subject, answering.portal_url, channel in answering.alert_channels)


def count(asker: Asker, findings: Sequence[Finding]) -> None:
    """Count what look-ups came to, shown or not."""
    for finding in findings:
        LOOK_UPS.labels(asker.surface, finding.outcome).inc()


def note_shown(asker: Asker, findings: Sequence[Finding], form: Form) -> None:
    """Write down who was shown which ids, where, and in which form."""
    audit(
        "audit.shown",
        surface=asker.surface,
        user=asker.person.id,
        channel=asker.channel,
        ids=[finding.id for finding in findings],
        outcomes=dict(Counter(finding.outcome for finding in findings)),
        form=_FORMS[form],
    )


def note_history(asker: Asker, history: History, form: Form) -> None:
    """Write down who was shown the history of which order, and in which form."""
    audit(
        "audit.shown",
        surface=asker.surface,
        user=asker.person.id,
        channel=asker.channel,
        ids=[history.order_id],
        outcomes={"history": len(history.entries)},
        form=_FORMS[form],
    )


def refusal(answering: Answering, asker: Asker, may: Callable[[Person], bool]) -> Message | None:
    """Say why somebody is not answered, and write it down; None for those who may ask, and don't ask too much."""
    if not may(asker.person):
        note_refused(asker, "not_allowed")
        return refused(is_outsider=answering.access.is_outsider(asker.person))
    if seconds := answering.allowance.take(asker.person.id):
        note_refused(asker, "too_many")
        return slow_down(seconds)
    return None


def note_refused(asker: Asker, why: str) -> None:
    """Write down who was refused, where, and why; and count."""
    REFUSALS.labels(asker.surface, why).inc()
    audit("audit.refused", surface=asker.surface, user=asker.person.id, channel=asker.channel, why=why)
