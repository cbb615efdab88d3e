"""`portout-bot show`: the cards of port-outs in a terminal, by the same look-up as in Slack, or what waits."""

from functools import partial

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.cli.output import printing_console, write_json
from bot.settings import TelnyxSettings
from handlers.slash_command import PENDING_WORD
from portout.cards.audience import Audience
from portout.cards.blockkit.mrkdwn import plain
from portout.cards.blockkit.terminal import print_message
from portout.cards.buttons import ButtonValue, CardButtons, OrderListValue
from portout.cards.card import CardOptions
from portout.cards.contacts import Contacts
from portout.cards.fields import facts
from portout.cards.fields.portal import DEFAULT_PORTAL_URL
from portout.cards.lists.order_list import PAGE_ORDERS, list_title, order_list_message, page_of_orders
from portout.cards.lists.order_rows import order_line
from portout.cards.message import MAX_PRIVATE_NUMBERS, build_message, more_text
from portout.lookup.portout_facts import numbers_of
from portout.lookup.results import MAX_IDS, LookupFailure, LookupResult, LookupResults, OrderList
from portout.lookup.service import Lookup
from portout.lookup.texts.identifiers import parse_typed_ids
from portout.lookup.texts.references import PENDING
from portout.telemetry.logging import bind_request_id, configure_logs
from portout.telnyx.client import TelnyxClient

_NOTHING_THERE = (
    "No port-out id, key or number there: a key is PO_ and six characters, an id is a UUID, such as"
    " eef3340b-8903-4466-b445-89b697315a3a. A PON has the word before it, as in: pon ORC-20417"
)


async def show(settings: TelnyxSettings, text: str, *, as_json: bool) -> int:
    """Print the cards of what `text` names; return 0 when all were found, 1 when not, 2 when it names nothing.

    All phone numbers stand below a card that has not all. With *pending*, print what waits for an answer.
    as_json: print one Slack message with all cards, as Block Kit JSON.
    """
    configure_logs("console", "error")
    reference = bind_request_id()
    asked, is_list = parse_typed_ids(text), text.strip().casefold() == PENDING_WORD
    if not asked.names and not is_list:
        Console(stderr=True).print(_NOTHING_THERE, markup=False)
        return 2
    async with TelnyxClient.connect(settings.telnyx_api_key, settings.telnyx_base_url, settings.proxy) as telnyx:
        lookup = Lookup(telnyx)
        if is_list:
            found: OrderList | LookupFailure | LookupResults = await lookup.search.list_orders(PENDING)
        else:
            found = await lookup.look_up(asked, max_with_numbers=MAX_IDS)
    if isinstance(found, OrderList):
        _print_list(found, settings.contacts, as_json=as_json)
        return 0
    looked_up = LookupResults((found,)) if isinstance(found, LookupFailure) else found
    create = partial(build_message, reference=reference, audience=Audience.PRIVATE, contacts=settings.contacts)
    if as_json:
        write_json(msgspec.json.encode(create(looked_up)))
    else:
        console = printing_console()
        for result in looked_up.results:
            print_message(console, create(LookupResults((result,))))
            _print_numbers(console, result)
        if looked_up.omitted:
            console.print(f"{looked_up.omitted} more left out.")
        for more in looked_up.more:
            by_ids = ("Show them by their ids:", *more.hidden) if more.hidden else ()
            console.print(more_text(more), *by_ids, markup=False)
        if looked_up.malformed:
            console.print(f"Not a whole id: {', '.join(looked_up.malformed)}", markup=False)
    return 0 if not any(isinstance(result, LookupFailure) for result in looked_up.results) else 1


def _print_list(listed: OrderList, contacts: Contacts, *, as_json: bool) -> None:
    """Print the orders of a list, one on each line, with its id; or one Slack message for each page, as JSON."""
    if as_json:
        buttons = CardButtons(ButtonValue(()), DEFAULT_PORTAL_URL, is_listed=False)
        pages = [
            page_of_orders(listed, 1 + start // PAGE_ORDERS) for start in range(0, len(listed.orders), PAGE_ORDERS)
        ]
        messages = [order_list_message(listed, page, OrderListValue(), buttons, contacts) for page in pages]
        write_json(msgspec.json.encode(messages))
        return
    console = printing_console()
    console.print(plain(list_title(listed)), markup=False)
    for order in listed.orders:
        console.print(f"  {plain(order_line(order, CardOptions(contacts)))} · {order.id}", markup=False)
    if not listed.has_all:
        console.print("Not all is here: there are orders that could not be read.")


def _print_numbers(console: Console, result: LookupResult) -> None:
    """Print every phone number of a port-out that has more than its card shows, one on each line."""
    known = () if isinstance(result, LookupFailure) else facts.readable(numbers_of(result))
    if len(known) > MAX_PRIVATE_NUMBERS:
        lines = (f"All {len(known):,} numbers:", *map(facts.phone, known), "")
        console.print(Padding(Text("\n".join(lines)), (0, 0, 0, 2), expand=False))
