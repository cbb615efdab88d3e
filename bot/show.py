"""`portout-bot show`: the same look-up and the same cards, in a terminal."""

import sys

import msgspec
from rich.console import Console

from bot.cards.answer import answer
from bot.cards.form import Form
from bot.finding import Failed
from bot.identifiers import Identifiers, find_typed
from bot.logs import configure_logs, start_request
from bot.lookup import Lookup
from bot.settings import TelnyxSettings
from bot.telnyx.client import TelnyxClient
from bot.terminal import print_message


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
