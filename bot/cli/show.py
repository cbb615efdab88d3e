"""`portout-bot show`: the same look-up and the same cards, in a terminal."""

import sys

import msgspec
from rich.console import Console

from bot.settings import TelnyxSettings
from portout.cards.audience import Form
from portout.cards.blockkit.terminal import print_message
from portout.cards.message import answer
from portout.lookup.identifiers import Identifiers, find_typed
from portout.lookup.results import Failed
from portout.lookup.service import Lookup
from portout.telemetry.logging import configure_logs, start_request
from portout.telnyx.client import TelnyxClient


async def show(settings: TelnyxSettings, text: str, *, as_json: bool) -> int:
    """Print the cards of the ids in `text`; 0 when all were found, 1 when not, 2 when there is no id."""
    configure_logs("console", "error")
    reference = start_request()
    asked = find_typed(text)
    if not asked.ids:
        Console(stderr=True).print("No port-out id there: it is a UUID, such as eef3340b-8903-4466-b445-89b697315a3a")
        return 2
    async with TelnyxClient.connect(settings.telnyx_api_key, settings.telnyx_base_url, settings.https_proxy) as telnyx:
        findings = await Lookup(telnyx).findings(asked)
    if as_json:
        json = msgspec.json.encode(answer(findings, asked, reference, Form.PRIVATE))
        sys.stdout.write(msgspec.json.format(json).decode() + "\n")
    else:
        console = Console()
        for finding in findings:
            print_message(console, answer([finding], Identifiers(()), reference, Form.PRIVATE))
        if asked.left_out:
            console.print(f"{asked.left_out} more ids left out.")
    return 0 if all(not isinstance(finding, Failed) for finding in findings) else 1
