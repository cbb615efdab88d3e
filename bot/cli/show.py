"""`portout-bot show`: the cards of port-outs in a terminal, by the same look-up as in Slack."""

from functools import partial

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.cli.output import printing_console, write_json
from bot.settings import TelnyxSettings
from portout.cards.audience import Audience
from portout.cards.blockkit.terminal import print_message
from portout.cards.fields import facts
from portout.cards.message import MAX_PRIVATE_NUMBERS, build_message
from portout.lookup.identifiers import parse_typed_ids
from portout.lookup.portout_facts import facts_of
from portout.lookup.results import MAX_IDS, LookupFailure, LookupResult, LookupResults
from portout.lookup.service import Lookup
from portout.telemetry.logging import bind_request_id, configure_logs
from portout.telnyx.client import TelnyxClient


async def show(settings: TelnyxSettings, text: str, *, as_json: bool) -> int:
    """Print the cards of the ids in `text`; return 0 when all were found, 1 when not, 2 when there is no id.

    All phone numbers stand below a card that has not all.
    as_json: print one Slack message with all cards, as Block Kit JSON.
    """
    configure_logs("console", "error")
    reference = bind_request_id()
    asked = parse_typed_ids(text)
    if not asked.ids:
        Console(stderr=True).print("No port-out id there: it is a UUID, such as eef3340b-8903-4466-b445-89b697315a3a")
        return 2
    async with TelnyxClient.connect(settings.telnyx_api_key, settings.telnyx_base_url, settings.proxy) as telnyx:
        looked_up = await Lookup(telnyx).look_up(asked, max_with_numbers=MAX_IDS)
    create = partial(build_message, reference=reference, audience=Audience.PRIVATE, contacts=settings.contacts)
    if as_json:
        write_json(msgspec.json.encode(create(looked_up)))
    else:
        console = printing_console()
        for result in looked_up.results:
            print_message(console, create(LookupResults((result,))))
            _print_numbers(console, result)
        if looked_up.omitted:
            console.print(f"{looked_up.omitted} more ids left out.")
        if looked_up.malformed:
            console.print(f"Not a whole id: {', '.join(looked_up.malformed)}", markup=False)
    return 0 if not any(isinstance(result, LookupFailure) for result in looked_up.results) else 1


def _print_numbers(console: Console, result: LookupResult) -> None:
    """Print every phone number of a port-out that has more than its card shows, one on each line."""
    known = () if isinstance(result, LookupFailure) else facts.readable(facts_of(result).numbers)
    if len(known) > MAX_PRIVATE_NUMBERS:
        lines = (f"All {len(known):,} numbers:", *map(facts.phone, known), "")
        console.print(Padding(Text("\n".join(lines)), (0, 0, 0, 2), expand=False))
