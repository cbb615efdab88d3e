"""The actions on the page, as the browser sends them."""

from typing import Any, Literal, TypeAlias

from msgspec import Struct

from sandbox.page.workspace import ALERTS

Change: TypeAlias = Literal["comment", "move FOC date", "authorize", "reject for its PIN"]
"""What can happen to an order at Telnyx; the last two only while it is pending."""


class SendText(Struct, tag_field="do", tag="say", frozen=True):
    """Send what was typed into a composer: a message or a command."""

    text: str
    thread_ts: str | None = None
    channel: str = ALERTS


class PostAlert(Struct, tag_field="do", tag="alert", frozen=True):
    """Post an alert of the monitoring tool. kind: text, attachment, or edited, which has its id a moment later."""

    kind: str
    id: str
    channel: str = ALERTS


class EditMessage(Struct, tag_field="do", tag="edit", frozen=True):
    """Edit a message of the person or of the tool."""

    entry: str
    text: str


class DeleteMessage(Struct, tag_field="do", tag="delete", frozen=True):
    """Delete a message of the person or of the tool."""

    entry: str


class PickShortcut(Struct, tag_field="do", tag="shortcut", frozen=True):
    """Pick the shortcut from a message's menu."""

    entry: str


class OpenHome(Struct, tag_field="do", tag="home", frozen=True):
    """Open the app's Home tab."""


class PressButton(Struct, tag_field="do", tag="press", frozen=True):
    """Press a button of a message, of a modal or of the Home tab. entry: the message's ts, or the view's id."""

    entry: str
    button: dict[str, Any]


class CloseModal(Struct, tag_field="do", tag="close", frozen=True):
    """Close a modal."""

    view: str


class SwitchFault(Struct, tag_field="do", tag="break", frozen=True):
    """Switch a fault on, or with no name all of a service's off."""

    service: str
    fault: str


class BecomePerson(Struct, tag_field="do", tag="be", frozen=True):
    """Become another person."""

    person: str


class OpenOrder(Struct, tag_field="do", tag="open", frozen=True):
    """Open a port-out order at Telnyx."""


class ChangeOrder(Struct, tag_field="do", tag="change", frozen=True):
    """Change an order at Telnyx."""

    order: str
    change: Change


class PassHours(Struct, tag_field="do", tag="pass", frozen=True):
    """Move the dates of the account into the past by some hours."""

    hours: Literal[4, 12]


TelnyxAction: TypeAlias = OpenOrder | ChangeOrder | PassHours
"""Something that happens at Telnyx."""

SlackAction: TypeAlias = SendText | PostAlert | EditMessage | DeleteMessage | PickShortcut | OpenHome | PressButton
"""Something that a person or the monitoring tool does in Slack, and that Slack sends to the bot."""

PageAction: TypeAlias = CloseModal | SwitchFault | BecomePerson
"""Something that changes what the page shows or does, and of which the bot learns nothing."""

Action: TypeAlias = SlackAction | TelnyxAction | PageAction
"""An action on the page, as the browser sends it."""
