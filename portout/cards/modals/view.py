"""The modal that shows a page of a history or of phone numbers, as its reader may see it."""

from typing import assert_never

from portout.cards.audience import Audience
from portout.cards.blockkit.blocks import View
from portout.cards.card import CardOptions
from portout.cards.contacts import DEFAULT_CONTACTS, Contacts
from portout.cards.modals.history import history_view
from portout.cards.modals.numbers import numbers_view
from portout.cards.redaction.results import redact, redact_history
from portout.lookup.results import EventResult, History, LookupFailure, LookupResult, OrderResult


def build_view(
    shown: History | LookupResult,
    number: int,
    audience: Audience,
    reference: str,
    contacts: Contacts = DEFAULT_CONTACTS,
) -> View:
    """Return the modal with one page: of a history, or of the phone numbers of a result.

    number: the page, from 1; where there is none of that number, the nearest is shown. reference: the request id, shown
    when something could not be fetched. contacts: whom it tells people to call.
    """
    options = CardOptions(contacts)
    match shown:
        case History():
            return history_view(redact_history(shown) if audience.is_masked else shown, number, reference, options)
        case EventResult() | OrderResult() | LookupFailure():
            (result,) = redact((shown,)) if audience.is_masked else (shown,)
            return numbers_view(result, number, reference, options)
        case _:
            assert_never(shown)
