"""The texts for a failed look-up, for the person who asked and for the operator: one row for each failure."""

import math
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from portout.cards.blockkit.blocks import Emoji, Line, bold, code, text
from portout.cards.card import Card
from portout.cards.contacts import Contacts
from portout.lookup.results import LookupFailure
from portout.telnyx.errors import (
    DeadlineExceededError,
    IntermediaryError,
    InvalidResponseError,
    KeyRejectedError,
    NotFoundError,
    RateLimitedError,
    TelnyxError,
    UpstreamError,
)


class FailureText(Struct, frozen=True, kw_only=True):
    """The texts for one kind of failure.

    emoji, headline: what happened. next_step: who has to do what now; empty where it depends on the error. owner_step:
    the same where whoever runs the bot has to do it, with `{operator}` in their place. short: what happened in a few
    words, where the headline is longer. operator: what `portout-bot check` advises whoever runs the bot to do.
    """

    emoji: str
    headline: str
    next_step: Line = ()
    owner_step: str = ""
    short: str = ""
    operator: str

    @property
    def brief(self) -> str:
        """Return what happened in a few words, for a card of which one part is missing."""
        return self.short or self.headline


def error_card(failure: LookupFailure, contacts: Contacts) -> Card:
    """Return the card of a look-up that failed."""
    reference = failure.reference
    texts = describe(failure.error)
    if reference and isinstance(failure.error, NotFoundError):
        texts = _NOT_FOUND_BY.get(reference.field, texts)
    # Without a reference, the id; not its name for logs, which has no number.
    shown = reference.value if reference else failure.id
    return Card(
        id=shown,
        headline=(Emoji(texts.emoji), text(" "), bold(texts.headline), text("  "), code(shown)),
        next_step=_next_step(texts, contacts) or _try_again(failure.error.retry_after),
    )


def describe(error: TelnyxError) -> FailureText:
    """Return the texts for an error; a 403 has its own, because another permission solves it."""
    if isinstance(error, KeyRejectedError) and error.status == 403:
        return _FORBIDDEN
    return FAILURES[type(error)]


def _next_step(texts: FailureText, contacts: Contacts) -> Line:
    if texts.owner_step:
        return (text(texts.owner_step.format(operator=contacts.operator)),)
    return texts.next_step


def _try_again(seconds: float | None) -> Line:
    if seconds is None:
        when = "in a minute"
    elif seconds > 3600:
        when = "later"
    else:
        when = f"in {math.ceil(seconds)} s" if seconds <= 120 else f"in {math.ceil(seconds / 60)} min"
    return (text(f"Not looked up. Try again {when}."),)


_NOT_YOUR_FAULT: Final = (
    text(
        "Not looked up, and not your id's fault. Try again in a minute; if it can't wait, use Mission Control.",
    ),
)
_KEY_ADVICE: Final = "TELNYX_API_KEY: use a key of a user who may see Port Outs"
_ADDRESS_ADVICE: Final = "TELNYX_BASE_URL: does not lead to Telnyx's API, version path included"

_FORBIDDEN: Final = FailureText(
    emoji="lock",
    headline="Our Telnyx key may not see port-outs",
    owner_step="The port-out may still wait for an answer: look in Mission Control. "
    "Tell {operator} to give the key's user the Port Outs permission.",
    short="Telnyx refused our key",
    operator=_KEY_ADVICE,
)

FAILURES: Final[Mapping[type[TelnyxError], FailureText]] = {
    NotFoundError: FailureText(
        emoji="mag",
        headline="No port-out has this id",
        next_step=(
            text("That does not mean that there is none: a comment's or a user's id looks the same. Look for "),
            code("data.id"),
            text(" or "),
            code("portout_id"),
            text(" in the alert, and try that."),
        ),
        short="Telnyx has it no more",
        operator=_ADDRESS_ADVICE,
    ),
    KeyRejectedError: FailureText(
        emoji="lock",
        headline="Telnyx refused our key",
        owner_step="The port-out may still wait for an answer: look in Mission Control. "
        "Tell {operator} to check TELNYX_API_KEY.",
        operator=_KEY_ADVICE,
    ),
    IntermediaryError: FailureText(
        emoji="construction",
        headline="Something on the way to Telnyx answered instead",
        next_step=_NOT_YOUR_FAULT,
        short="something on the way to Telnyx answered instead",
        operator="TELNYX_BASE_URL: does not lead to Telnyx's API, or a gateway or a proxy refuses the call",
    ),
    RateLimitedError: FailureText(
        emoji="turtle",
        headline="Telnyx asked us to slow down",
        operator="others use this key, too: try again in a minute",
    ),
    UpstreamError: FailureText(
        emoji="warning",
        headline="Telnyx is failing",
        next_step=_NOT_YOUR_FAULT,
        operator="Telnyx is failing, or TELNYX_BASE_URL leads elsewhere: is status.telnyx.com green?",
    ),
    DeadlineExceededError: FailureText(
        emoji="snail",
        headline="Telnyx took too long",
        next_step=_NOT_YOUR_FAULT,
        operator="TELNYX_BASE_URL: may this machine get there?",
    ),
    InvalidResponseError: FailureText(
        emoji="warning",
        headline="Telnyx's answer could not be read",
        owner_step="Look it up in Mission Control, and tell {operator} about it.",
        operator=_ADDRESS_ADVICE,
    ),
}
"""The texts by class of error; a test fails for a class without a row."""

_NOT_FOUND_BY: Final[Mapping[str, FailureText]] = {
    "support_key": FailureText(
        emoji="mag",
        headline="No port-out has this key",
        next_step=(
            text("Look at the key again: it is "),
            code("PO_"),
            text(" and six characters. It may also belong to another Telnyx account."),
        ),
        operator=_ADDRESS_ADVICE,
    ),
    "phone_number": FailureText(
        emoji="mag",
        headline="No port-out of this number",
        next_step=(
            text("Nobody has asked Telnyx for it in this account. A number outside the US and Canada needs a + and "),
            text("its country code."),
        ),
        operator=_ADDRESS_ADVICE,
    ),
    "pon": FailureText(
        emoji="mag",
        headline="No port-out has this PON",
        next_step=(text("It must be spelled exactly as the gaining carrier spells it, capital letters too."),),
        operator=_ADDRESS_ADVICE,
    ),
}
"""The texts for what is searched by something else than an id, and not found."""
