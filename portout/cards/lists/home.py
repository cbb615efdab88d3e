"""The Home tab: what waits for an answer and what leaves, an order in each row, in pages of twenty each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct, structs

from portout.cards.blockkit.blocks import (
    Actions,
    Block,
    Button,
    Context,
    HomeView,
    Line,
    Message,
    Mrkdwn,
    PlainText,
    bold,
    text,
)
from portout.cards.blockkit.dates import date_token, moment
from portout.cards.blockkit.text import code
from portout.cards.buttons import ButtonValue, CardButtons, encode
from portout.cards.card import CardOptions
from portout.cards.contacts import Contacts
from portout.cards.error_card import describe
from portout.cards.lists.home_buttons import (
    HOME_REFRESH,
    LEAVING_EARLIER,
    LEAVING_LATER,
    WAITING_EARLIER,
    WAITING_LATER,
    HomeValue,
)
from portout.cards.lists.order_rows import order_line
from portout.cards.modals.pages import Page, page_of, section
from portout.cards.redaction.results import redact
from portout.lookup.overview.results import LEAVING_SPAN, KeptList, Overview
from portout.lookup.results import OrderResult
from portout.telnyx.errors import TelnyxError

PAGE_ORDERS: Final = 20
"""The rows of each list on a page: two blocks each, so that both lists are within the hundred that Slack takes."""


class HomeSettings(Struct, frozen=True):
    """What the Home tab depends on, apart from what it shows.

    portal_url: the address of Mission Control. reference: the request id, shown when something could not be fetched.
    """

    portal_url: str
    reference: str
    contacts: Contacts = Contacts()


class HomePage(Struct, frozen=True):
    """One page of each list of an overview. waiting, leaving: the orders on it."""

    overview: Overview
    waiting: Page[OrderResult]
    leaving: Page[OrderResult]

    @property
    def orders(self) -> tuple[OrderResult, ...]:
        """Return all orders on the page."""
        return (*self.waiting.entries, *self.leaving.entries)

    @property
    def value(self) -> HomeValue:
        """Return what a button carries for this page."""
        return HomeValue(self.waiting.number, self.leaving.number)

    def masked(self) -> "HomePage":
        """Return the same page as a channel may see it."""
        return self.showing([order for order in redact(self.orders) if isinstance(order, OrderResult)])

    def showing(self, orders: Sequence[OrderResult]) -> "HomePage":
        """Return the same page with other values of the same orders."""
        count = len(self.waiting.entries)
        return structs.replace(
            self,
            waiting=structs.replace(self.waiting, entries=orders[:count]),
            leaving=structs.replace(self.leaving, entries=orders[count:]),
        )


def home_page(overview: Overview, value: HomeValue, now: datetime) -> HomePage:
    """Return the page of each list that a button asks for; where there is none of that number, the nearest.

    now: in UTC; how long is left depends on it, and not on when Telnyx was asked.
    """
    page = HomePage(
        overview,
        page_of(overview.waiting.orders, value.waiting, PAGE_ORDERS),
        page_of(overview.leaving.orders, value.leaving, PAGE_ORDERS),
    )
    return page.showing([structs.replace(order, fetched_at=now) for order in page.orders])


def home_view(page: HomePage, settings: HomeSettings) -> HomeView:
    """Return the Home tab that shows a page."""
    overview, value = page.overview, page.value
    buttons = CardButtons(ButtonValue(()), settings.portal_url, is_listed=False)
    refresh = Button(HOME_REFRESH, PlainText("Refresh"), encode(value))
    waiting = (
        section(_heading(_waiting_title(overview.waiting), page.waiting)),
        *_state(overview.waiting, settings),
        *_rows(page.waiting, buttons, settings.contacts),
        *page.waiting.buttons(WAITING_EARLIER, WAITING_LATER, lambda number: structs.replace(value, waiting=number)),
    )
    leaving = (
        section(_heading(_leaving_title(overview.leaving), page.leaving)),
        *_state(overview.leaving, settings),
        *_rows(page.leaving, buttons, settings.contacts),
        *page.leaving.buttons(LEAVING_EARLIER, LEAVING_LATER, lambda number: structs.replace(value, leaving=number)),
    )
    return HomeView((Actions((refresh, buttons.open_portal())), *_looked_up(overview, settings), *waiting, *leaving))


def message_home(message: Message) -> HomeView:
    """Return the Home tab that shows a message, such as a refusal, and nothing else."""
    return HomeView(message.blocks)


def _waiting_title(kept: KeptList) -> str:
    count = len(kept.orders)
    amount = f"{count:,}" if count else "What" if kept.as_of is None else "Nothing"
    return f"{amount} {'wait' if count > 1 else 'waits'} for your answer"


def _leaving_title(kept: KeptList) -> str:
    count = len(kept.orders)
    amount = f"{count:,}" if count else "What" if kept.as_of is None else "Nothing"
    return f"{amount} {'leave' if count > 1 else 'leaves'} (FOC date within {LEAVING_SPAN.days} days of now)"


def _heading(title: str, page: Page[OrderResult]) -> Line:
    return (bold(title), *((text(f" · {page.note}"),) if page.note else ()))


def _state(kept: KeptList, settings: HomeSettings) -> tuple[Block, ...]:
    """Return what is missing of a list, and why it is not newer; nothing where it is as Telnyx has it now."""
    lines: list[Line] = []
    if kept.error:
        age = (text(" This is of "), moment(kept.as_of), text(".")) if kept.as_of else ()
        what = "Not newer: " if kept.as_of else "Not known: "
        lines.append((bold(what), text(f"{describe(kept.error).brief}."), *age))
        lines.append((text(_advice(kept.error, settings.contacts)),))
    if not kept.has_all:
        lines.append((bold("Not all is here: "), text("there are more that could not be read.")))
    return (section(*lines),) if lines else ()


def _advice(error: TelnyxError, contacts: Contacts) -> str:
    texts = describe(error)
    if texts.owner_step:
        return texts.owner_step.format(operator=contacts.operator)
    return "Press Refresh in a minute; if it can't wait, look in Mission Control."


def _rows(page: Page[OrderResult], buttons: CardButtons, contacts: Contacts) -> tuple[Block, ...]:
    options = CardOptions(contacts, is_condensed=True, is_posted=True)
    blocks: list[Block] = []
    for order in page.entries:
        row = Actions((buttons.own_details(order), *buttons.history(order)))
        blocks += section(order_line(order, options)), row
    return tuple(blocks)


def _looked_up(overview: Overview, settings: HomeSettings) -> tuple[Block, ...]:
    """Return when the lists were looked up, those that are as new as was asked for; and the reference of a failure."""
    lists = (overview.waiting, overview.leaving)
    times = [kept.as_of for kept in lists if kept.as_of and not kept.error]
    notes = [f"Looked up {date_token(min(times))}"] if times else []
    if any(kept.error for kept in lists):
        notes.append(f"Reference {code(settings.reference)}")
    return (Context(tuple(map(Mrkdwn, notes))),)
