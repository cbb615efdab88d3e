"""The buttons of lists of orders: *All*, below cards that are not all that was found, and the pages of a list.

A list is visible only to the user who clicks.
"""

from handlers.buttons.registration import ButtonClick, Buttons
from portout.answers import Answers
from portout.cards.buttons import ORDERS, ORDERS_PAGES, ORDERS_REFRESH, OrderListValue
from portout.cards.notices import not_refreshed_now
from portout.slack.responder import EphemeralReply


def register(buttons: Buttons, answers: Answers) -> None:
    """Register the buttons."""

    async def show_list(click: ButtonClick, value: OrderListValue) -> EphemeralReply:
        is_refresh = click.requester.surface == ORDERS_REFRESH
        answer = await answers.list_orders(click.requester, value, bypass_cache=is_refresh)
        is_page = click.requester.surface in ORDERS_PAGES
        if answer.failure and is_page:
            return EphemeralReply(not_refreshed_now(answer.failure))
        return EphemeralReply(answer.message, replaces=is_page, on_sent=answer.audit)

    for action in (ORDERS, *ORDERS_PAGES):
        buttons.register(action, OrderListValue, answers.access.may_look_up, show_list, is_answered=action == ORDERS)
