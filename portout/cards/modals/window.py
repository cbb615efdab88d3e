"""The modal that shows a message to one person, where there is no channel to show it in."""

from typing import Final

from portout.cards.blockkit.blocks import Message, PlainText, View
from portout.cards.modals.pages import loading

TITLE: Final = PlainText("Port-out")


def message_window(message: Message) -> View:
    """Return the modal with the blocks of a message."""
    return View(TITLE, message.blocks)


def loading_window() -> View:
    """Return the modal to open at once, before the message is there."""
    return loading(TITLE)
