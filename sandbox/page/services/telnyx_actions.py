"""What happens at Telnyx by the page's buttons. Telnyx sends the bot a webhook about each event."""

import random
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from sandbox.page.actions import Change, ChangeOrder, OpenOrder, PassHours, TelnyxAction
from sandbox.page.view_state import ViewState
from sandbox.telnyx.account import Account
from sandbox.telnyx.webhooks import WebhookSender

_DECISIONS: Final = ("authorize", "reject for its PIN")
_INVALID_PIN: Final = 1002
_CARRIERS: Final = (("Orchid Wireless", "9Z1Q"), ("Quillfeather Mobile", "7X3S"), ("Marrowdale Telecom", "8Y2R"))
_SUBSCRIBERS: Final = ("Cordelia Ashdown", "Thornbury Cycles", "Leopold Winterbourne", "Saffron & Salt Kitchen")
_AREA_CODES: Final = ("206", "303", "312", "415", "503", "617")
_COMMENTS: Final = (
    "The other carrier asks when it may expect an answer.",
    "The other carrier has sent the customer's letter of authorization again.",
    "The address that the customer gave differs from the one on file. Please check.",
)


class OrderOnPage(Struct, frozen=True):
    """An order as the page lists it. label: the end of its first number, its status and its age."""

    id: str
    label: str
    is_pending: bool


class TelnyxActions:
    """Changes the account as its users and Telnyx's staff would."""

    def __init__(self, account: Account, webhooks: WebhookSender, view: ViewState) -> None:
        """Offer the orders of the account that are pending; later ones are those that are opened here."""
        self._account = account
        self._webhooks = webhooks
        self._view = view
        self._dice = random.Random()
        self._untold: set[str] = set()
        self._order_ids = [one["id"] for one in account.samples.orders.values() if one["status"] == "pending"]

    @property
    def orders(self) -> Sequence[OrderOnPage]:
        """Return the orders to which something can happen, the latest first."""
        return [self._on_page(order_id) for order_id in reversed(self._order_ids)]

    def perform(self, action: TelnyxAction) -> Coroutine[Any, Any, None]:
        """Perform an action, and return what follows in the background.

        Raise `KeyError` for an order to which that cannot happen.
        """
        match action:
            case OpenOrder():
                return self._notify(self._open_order())
            case ChangeOrder():
                return self._notify(self._change(action.order, action.change))
            case PassHours():
                return self._pass_hours(action.hours)

    def _open_order(self) -> str:
        """Open an order for numbers that belong to nobody; return the id of its event."""
        dice, before = self._dice, set(self._account.samples.events)
        carrier_name, spid = dice.choice(_CARRIERS)
        numbers = dice.sample(self._unused_numbers(), dice.choice((1, 1, 2)))
        order_id = self._account.open_order(
            *numbers, carrier_name=carrier_name, spid=spid, subscriber_name=dice.choice(_SUBSCRIBERS)
        )
        self._order_ids.append(order_id)
        (event_id,) = self._account.samples.events.keys() - before
        return event_id

    def _change(self, order_id: str, change: Change) -> str:
        """Change an order; return the id of the event."""
        account, order = self._account, self._account.samples.orders[order_id]
        if change in _DECISIONS and order["status"] != "pending":
            raise KeyError(order_id)
        match change:
            case "comment":
                return account.add_comment(order_id, self._dice.choice(_COMMENTS))
            case "move FOC date":
                foc_date = datetime.fromisoformat(order["foc_date"] or order["requested_foc_date"])
                return account.move_foc_date(order_id, foc_date + timedelta(days=1))
            case "authorize":
                return account.change_status(order_id, "authorized")
            case "reject for its PIN":
                pin = f"{self._dice.randrange(10_000):04}"
                return account.change_status(
                    order_id, "rejected", reason="Invalid PIN", rejection_code=_INVALID_PIN, attempted_pin=pin
                )

    async def _notify(self, event_id: str) -> None:
        """Send the webhook about an event, and show how the bot answered."""
        self._untold.add(event_id)
        status = await self._webhooks.send(self._account.samples.events[event_id])
        self._view.status = f"The bot answered Telnyx's webhook HTTP {status}" if status else "The bot is away"
        await self._view.update()

    async def _pass_hours(self, hours: int) -> None:
        """Move the account's dates into the past, once the bot has told all events, as it does not tell older ones.

        They would seem to have happened before the watch began.
        """
        self._view.status = f"{hours} hours pass as soon as the bot has told what happened before."
        await self._view.update()
        await self._view.recorded(self._untold)
        self._untold.clear()
        self._account.pass_time(timedelta(hours=hours))
        self._view.status = f"{hours} hours have passed at Telnyx. A reminder that is due comes within a minute."
        await self._view.update()

    def _unused_numbers(self) -> list[str]:
        numbers = (f"+1{code}55501{last:02}" for code in _AREA_CODES for last in range(100))
        return [number for number in numbers if number not in self._account.phone_numbers]

    def _on_page(self, order_id: str) -> OrderOnPage:
        order = self._account.samples.orders[order_id]
        hours = (datetime.now(UTC) - datetime.fromisoformat(order["created_at"])) // timedelta(hours=1)
        label = f"…{order['phone_numbers'][0][-4:]}, {order['status']}, {f'{hours} h old' if hours else 'new'}"
        return OrderOnPage(order_id, label, order["status"] == "pending")
