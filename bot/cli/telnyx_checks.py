"""The checks of Telnyx: the key, and the lists that are watched."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from bot.cli.certificate import issuer_at
from bot.cli.results import Result, bad, good
from bot.settings import TelnyxSettings
from portout.cards.error_card import describe
from portout.telnyx.client import TelnyxClient
from portout.telnyx.errors import KeyRejectedError, NotFoundError, TelnyxError
from portout.telnyx.http.api import ListLimits, has_version

_ONE_PAGE: Final = ListLimits(pages=1)
_NOBODYS_NUMBER: Final = "+12025550100"  # of those that are never given out


async def check_telnyx(settings: TelnyxSettings) -> Result:
    """Request an event and an order that cannot exist: the real Telnyx answers 404 and an empty list of events."""
    async with TelnyxClient.connect(settings.telnyx_api_key, settings.telnyx_base_url, settings.proxy) as telnyx:
        try:
            with suppress(NotFoundError):
                await telnyx.event(str(uuid4()))
                return bad(
                    "Telnyx key", "TELNYX_BASE_URL: does not lead to Telnyx, or it knows what was made up just now"
                )
            # Any server may answer 404; only Telnyx answers with an empty list for an unknown order.
            await telnyx.events_of(str(uuid4()))
        except TelnyxError as error:
            issuer = None
            if (error.reason or "").startswith("certificate") and not settings.https_proxy:
                issuer = await issuer_at(settings.telnyx_base_url)
            return bad("Telnyx key", _telnyx_advice(error, settings, issuer))
    return good("Telnyx key", "may look port-outs up")


async def check_phone_numbers(settings: TelnyxSettings) -> Result:
    """Return whether the key may read phone numbers; never a problem: without, cards do not say whose they are."""
    async with TelnyxClient.connect(settings.telnyx_api_key, settings.telnyx_base_url, settings.proxy) as telnyx:
        try:
            with suppress(NotFoundError):
                await telnyx.phone_number(_NOBODYS_NUMBER)
        except KeyRejectedError:
            advice = (
                "may not be read, so cards do not say whose they are; if they shall, let the key's user view numbers"
            )
            return good("phone numbers", advice)
        except TelnyxError as error:
            return good("phone numbers", f"not known whether they may be read: {error.outcome}")
    return good("phone numbers", "may be read: full cards say whose they are")


async def check_lists(settings: TelnyxSettings) -> Result:
    """Fetch the first page of both lists that are watched."""
    now = datetime.now(UTC)
    async with TelnyxClient.connect(settings.telnyx_api_key, settings.telnyx_base_url, settings.proxy) as telnyx:
        try:
            pending = await telnyx.orders("status", "pending", _ONE_PAGE)
            await telnyx.events_between(now - timedelta(hours=1), now, _ONE_PAGE)
        except TelnyxError as error:
            return bad("watched lists", _telnyx_advice(error, settings, None))
    more = "" if pending.has_all_pages else " or more"
    return good("watched lists", f"can be read; {len(pending.rows)}{more} port-outs wait for an answer")


def _telnyx_advice(error: TelnyxError, settings: TelnyxSettings, issuer: str | None) -> str:
    """Return why Telnyx was not reached, and what to do. issuer: of its certificate, which is not trusted."""
    detail = error.status or error.reason
    advice = [error.outcome + (f" ({detail})" if detail else "")]
    if issuer:
        advice.append(f"the certificate is from “{issuer}”: if you trust it, name its CA in SSL_CERT_FILE")
    if not has_version(settings.telnyx_base_url):
        advice.append("TELNYX_BASE_URL: has no version, so end it with /v2")
    advice.append(describe(error).operator)
    if settings.https_proxy:
        advice.append("does HTTPS_PROXY let this through, or does it belong in NO_PROXY?")
    return "; ".join(advice)
