"""What is to be done about an alert, decided from what was found and what its reply shows already. No I/O here."""

from collections.abc import Sequence
from enum import Enum
from typing import TypeAlias

from msgspec import Struct

from portout.lookup.results import LookupFailure, LookupResult
from portout.state.ledger import PostedReply
from portout.telnyx.errors import KeyRejectedError, NotFoundError


class NoReply(Enum):
    """Why an alert's thread is left as it is."""

    TRY_AGAIN = "what is missing may be had at the next delivery"
    SILENT = "nothing was found, and nothing speaks of a port-out"
    UNCHANGED = "the reply shows it already"


class Show(Struct, frozen=True):
    """Post a reply, or put this in its place. findings: what it shows. ids: those of them that were found."""

    results: tuple[LookupResult, ...]
    ids: tuple[str, ...]


Plan: TypeAlias = Show | NoReply


def plan_reply(
    results: Sequence[LookupResult], previous: PostedReply | None, *, speaks_of_port_outs: bool, is_last: bool
) -> Plan:
    """Return what an alert's thread is to show. previous: the reply that is there. is_last: the last delivery."""
    found = [result for result in results if not isinstance(result, LookupFailure)]
    failing = [result for result in results if _may_pass(result)]
    if failing and not is_last:
        return NoReply.TRY_AGAIN
    if not found and not speaks_of_port_outs:
        # An outage must not make noise under every message with some UUID.
        failing = []
    if not found and not failing:
        return NoReply.SILENT
    ids = tuple(result.id for result in found)
    if not failing and shows(previous, ids):
        return NoReply.UNCHANGED
    return Show(tuple(result for result in results if result in found or result in failing), ids)


def shows(reply: PostedReply | None, ids: Sequence[str]) -> bool:
    """Return whether a reply is about these ids and no others."""
    return reply is not None and set(reply.ids) == set(ids)


def _may_pass(result: LookupResult) -> bool:
    """Return whether asking again may help. A refused key is the operator's to mend, not a text under each alert."""
    return isinstance(result, LookupFailure) and not isinstance(result.error, NotFoundError | KeyRejectedError)
