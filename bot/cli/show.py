"""`portout-bot show`: the cards of port-outs in a terminal, by the same look-up as in Slack."""

import msgspec
from rich.console import Console

from bot.cli.output import printing_console, write_json
from bot.settings import TelnyxSettings
from portout.cards.audience import Audience
from portout.cards.blockkit.terminal import print_message
from portout.cards.message import build_message
from portout.lookup.identifiers import parse_typed_ids
from portout.lookup.results import LookupFailure, LookupResults
from portout.lookup.service import Lookup
from portout.telemetry.logging import bind_request_id, configure_logs
from portout.telnyx.client import TelnyxClient


async def show(settings: TelnyxSettings, text: str, *, as_json: bool) -> int:
    """Print the cards of the ids in `text`; return 0 when all were found, 1 when not, 2 when there is no id.

    as_json: print one Slack message with all cards, as Block Kit JSON.
    """
    configure_logs("console", "error")
    reference = bind_request_id()
    asked = parse_typed_ids(text)
    if not asked.ids:
        Console(stderr=True).print("No port-out id there: it is a UUID, such as eef3340b-8903-4466-b445-89b697315a3a")
        return 2
    async with TelnyxClient.connect(settings.telnyx_api_key, settings.telnyx_base_url, settings.proxy) as telnyx:
        looked_up = await Lookup(telnyx).look_up(asked)
    if as_json:
        message = msgspec.json.encode(build_message(looked_up, reference, Audience.PRIVATE))
        write_json(message)
    else:
        console = printing_console()
        for result in looked_up.results:
            print_message(console, build_message(LookupResults((result,)), reference, Audience.PRIVATE))
        if looked_up.omitted:
            console.print(f"{looked_up.omitted} more ids left out.")
    return 0 if not any(isinstance(result, LookupFailure) for result in looked_up.results) else 1
