"""The audit log, and the counters of look-ups and refusals: ids and outcomes only, never what was found."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from portout.access.origin import SlackUser
from portout.cards.audience import Audience
from portout.lookup.overview.results import KeptList
from portout.lookup.results import History, LookupResult
from portout.telemetry.logging import audit
from portout.telemetry.metrics import LOOK_UPS, REFUSALS
from portout.telnyx.errors import OUTCOMES

Reason: TypeAlias = Literal["not_allowed", "too_many"]
"""Why a request is refused."""

_OUTCOMES: Final = (*OUTCOMES, "order")


class Requester(Struct, frozen=True):
    """The sender of a request.

    surface: where it was sent, such as `command` or a button's action id. channel: its id; empty in a modal and in the
    Home tab.
    """

    surface: str
    user: SlackUser
    channel: str


def create_series(surfaces: Sequence[str], looking_up: Sequence[str]) -> None:
    """Create the series of surfaces with 0: `rate` does not see one that begins with its first event.

    looking_up: those of the surfaces that look ids up.
    """
    for surface in looking_up:
        for outcome in _OUTCOMES:
            LOOK_UPS.labels(surface, outcome)
    for surface in surfaces:
        for reason in get_args(Reason):
            REFUSALS.labels(surface, reason)


def count_lookups(requester: Requester, results: Sequence[LookupResult | KeptList]) -> None:
    """Count look-ups by outcome, whether or not their results are shown."""
    for result in results:
        LOOK_UPS.labels(requester.surface, result.outcome).inc()


def audit_shown(requester: Requester, shown: Sequence[LookupResult] | History, audience: Audience) -> None:
    """Log to whom which ids, or the history of which order, were shown, in which channel and form (full or masked)."""
    if isinstance(shown, History):
        ids, outcomes = [shown.order_id], {"history": len(shown.entries)}
    else:
        ids, outcomes = [result.id for result in shown], dict(Counter(result.outcome for result in shown))
    audit(
        "audit.shown",
        surface=requester.surface,
        user=requester.user.id,
        channel=requester.channel,
        ids=ids,
        outcomes=outcomes,
        form="masked" if audience.is_masked else "full",
    )


def audit_refused(requester: Requester, reason: Reason) -> None:
    """Log and count who was refused, from which workspace or organisation, where, and why."""
    REFUSALS.labels(requester.surface, reason).inc()
    audit(
        "audit.refused",
        surface=requester.surface,
        user=requester.user.id,
        teams=sorted(requester.user.origin.team_ids),
        channel=requester.channel,
        why=reason,
    )


def audit_taken(requester: Requester, order_id: str, previous: str) -> None:
    """Log who is on an order now, and who was before; empty for nobody."""
    audit(
        "audit.taken",
        surface=requester.surface,
        user=requester.user.id,
        channel=requester.channel,
        ids=[order_id],
        previous=previous,
    )
