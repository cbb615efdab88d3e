"""The message with a list of orders, fifteen on a page, for one person: what waits, or what a reference finds."""

from typing import Final

from portout.cards.blockkit.blocks import (
    MAX_MESSAGE,
    Actions,
    Block,
    Button,
    Context,
    Line,
    Message,
    Mrkdwn,
    PlainText,
    bold,
    code,
    message,
    text,
)
from portout.cards.blockkit.dates import date_token
from portout.cards.blockkit.mrkdwn import plain
from portout.cards.buttons import ORDERS_EARLIER, ORDERS_LATER, ORDERS_REFRESH, CardButtons, OrderListValue, encode
from portout.cards.card import CardOptions, join
from portout.cards.contacts import Contacts
from portout.cards.lists.order_rows import order_line, order_rows
from portout.cards.modals.pages import Page, page_of, section
from portout.lookup.results import OrderList, OrderResult
from portout.lookup.texts.references import PENDING

PAGE_ORDERS: Final = 15

_MAX_AROUND: Final = 1_500  # characters of the blocks around the rows, encoded


def page_of_orders(listed: OrderList, number: int) -> Page[OrderResult]:
    """Return a page of a list, from 1; where there is none of that number, the nearest."""
    return page_of(listed.orders, number, PAGE_ORDERS)


def order_list_message(
    listed: OrderList, page: Page[OrderResult], value: OrderListValue, buttons: CardButtons, contacts: Contacts
) -> Message:
    """Return the message with one page of a list, as its reader may see it: redacted before where need be.

    value: what the buttons for the pages carry, but for the number of the page.
    """
    options = CardOptions(contacts, is_condensed=True)
    title = list_title(listed)
    notes: list[Block] = []
    if not listed.has_all:
        notes.append(section((bold("Not all is here: "), text("there are orders that could not be read."))))
    context = " · ".join(filter(None, (page.note, f"As of {date_token(listed.as_of)}")))
    pages = page.buttons(ORDERS_EARLIER, ORDERS_LATER, value.of_page)
    refresh = Button(ORDERS_REFRESH, PlainText("Refresh"), encode(value.of_page(page.number)))
    row = Actions((*(button for actions in pages for button in actions.elements), refresh))
    rows = order_rows(page.entries, options, buttons.own_details, MAX_MESSAGE - _MAX_AROUND)
    lines = join(title, *(order_line(order, options) for order in page.entries))
    return message(plain(lines), (section(title), *rows, *notes, Context((Mrkdwn(context),)), row))


def list_title(listed: OrderList) -> Line:
    """Return how many orders a list has, and in which order."""
    count = len(listed.orders)
    one = count == 1
    amount = f"{count:,} port-out{'' if one else 's'}"
    if listed.reference == PENDING:
        if not count:
            return (bold("Nothing waits for your answer."),)
        order = "" if one else ", the least time first"
        return (bold(f"{amount} wait{'s' if one else ''} for your answer"), text(order))
    order = "" if one else ", those that wait first"
    return (bold(f"{amount} of "), code(listed.reference.value), text(order))
