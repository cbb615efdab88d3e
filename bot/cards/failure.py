"""One text per failure: what happened to which id, and whose move it is."""

import math
from typing import assert_never, cast

from bot.cards.blocks import Emoji, Line, bold, code, text
from bot.cards.card import Card
from bot.finding import Failed
from bot.telnyx.protocol import (
    AnyTelnyxError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    TooSlowError,
    UnreadableError,
    UpstreamError,
)


def failure(failed: Failed) -> Card:
    """Draw the card of a look-up that failed."""
    emoji, what, meaning = _words(cast("AnyTelnyxError", failed.error))
    return Card(
        id=failed.id,
        headline=(Emoji(emoji), text(" "), bold(what), text("  "), code(failed.id)),
        meaning=meaning,
    )


def _words(error: AnyTelnyxError) -> tuple[str, str, Line]:  # noqa: PLR0911  one return a failure
    match error:
        case NotFoundError():
            meaning: Line = (
                text("It is neither an event nor an order of this Telnyx account. "),
                text("A comment id or a user id looks the same: look for "),
                code("data.id"),
                text(" or "),
                code("portout_id"),
                text(" in the alert."),
            )
            return "mag", "No port-out with this id", meaning
        case RefusedError(status=403):
            return _operator("Our Telnyx key may not see port-outs", "give its user the Port Outs permission")
        case RefusedError():
            return _operator("Telnyx refused our key", "check TELNYX_API_KEY")
        case RateLimitedError(retry_after=seconds):
            return "turtle", "Telnyx asked us to slow down", (text(f"Not looked up. Try again {_when(seconds)}."),)
        case UpstreamError():
            return "warning", "Telnyx is failing", (text("Not looked up, and not your id's fault. " + _LATER),)
        case TooSlowError():
            return "snail", "Telnyx took too long", (text("Not looked up, and not your id's fault. " + _LATER),)
        case UnreadableError():
            meaning = (text("Look it up in Mission Control, and tell whoever runs this bot."),)
            return "warning", "Telnyx's answer could not be read", meaning
        case _:
            assert_never(error)


_LATER = "Try again in a minute; if it can't wait, use Mission Control."


def _when(seconds: float | None) -> str:
    if seconds is None:
        return "in a minute"
    if seconds > 3600:
        return "later"
    return f"in {math.ceil(seconds)} s" if seconds <= 120 else f"in {math.ceil(seconds / 60)} min"


def _operator(what: str, move: str) -> tuple[str, str, Line]:
    return "lock", what, (text(f"Nothing you can do: whoever runs this bot must {move}."),)
