"""Decide what an alert's thread has to show, from the look-up's results and the existing reply. No I/O here."""

from collections.abc import Sequence
from enum import Enum
from typing import TypeAlias

from msgspec import Struct

from portout.lookup.results import LookupFailure, LookupResult, LookupResults, is_unknown
from portout.state.ledger import PostedReply
from portout.telnyx.errors import KeyRejectedError, NotFoundError


class NoChange(Enum):
    """A reason for leaving an alert's thread as it is."""

    TRY_AGAIN = "what is missing may be found at the next delivery"
    SILENT = "nothing could be fetched, and it is not worth a reply"
    UNCHANGED = "the reply shows the same ids already"


class Withdraw(Struct, frozen=True):
    """Delete the reply, if there is one: Telnyx knows none of the ids that the alert names now."""


class Show(Struct, frozen=True):
    """Post a reply, or change the existing one. looked_up: what it shows. ids: those of them that were found."""

    looked_up: LookupResults
    ids: tuple[str, ...]


Plan: TypeAlias = Show | Withdraw | NoChange


def plan_reply(
    looked_up: LookupResults, previous: PostedReply | None, *, speaks_of_port_outs: bool, is_last: bool
) -> Plan:
    """Return what an alert's thread has to show.

    previous: the existing reply. speaks_of_port_outs: the alert's words do. is_last: at the last delivery.
    """
    results = looked_up.results
    found = [result for result in results if not isinstance(result, LookupFailure)]
    if all(map(is_unknown, results)):
        return Withdraw()
    failing = [result for result in results if _is_temporary(result)]
    if failing and not is_last:
        return NoChange.TRY_AGAIN
    if not found and not speaks_of_port_outs:
        # An outage must not cause a reply to every message that contains some UUID.
        failing = []
    if not found and not failing:
        return NoChange.SILENT
    ids = tuple(result.id for result in found)
    if previous is not None and _shows(previous, ids, failing):
        # What could not be fetched now is on a card already: a failure must not take its place.
        return NoChange.UNCHANGED
    shown = tuple(result for result in results if result in found or result in failing)
    # Ids beyond the limit matter only where the alert is about port-outs: most alerts name pods and traces.
    omitted = looked_up.omitted if speaks_of_port_outs else 0
    return Show(LookupResults(shown, omitted, more=looked_up.more), ids)


def _shows(previous: PostedReply, found: Sequence[str], failing: Sequence[LookupResult]) -> bool:
    """Return whether the existing reply shows what was found, and what failed.

    Which order a key that failed names is not known: it may be one that the reply shows beside those that were found.
    """
    ids = {*found, *(one.id for one in failing if not (isinstance(one, LookupFailure) and one.reference))}
    n_shown = len(found) + len(failing)
    return previous.shows(ids) if len(ids) == n_shown else ids <= set(previous.ids) and len(previous.ids) >= n_shown


def _is_temporary(result: LookupResult) -> bool:
    """Return whether a retry may succeed. A refused key is for the operator to repair: no alert is answered with it."""
    return isinstance(result, LookupFailure) and not isinstance(result.error, NotFoundError | KeyRejectedError)
