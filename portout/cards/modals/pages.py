"""What modals with pages have in common: which entries a page has, and the buttons below it."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from portout.cards.blockkit.blocks import Actions, Button, Line, PlainText, RichText, RichTextSection, View, text
from portout.cards.buttons import encode

_T = TypeVar("_T")


class Page(Struct, Generic[_T], frozen=True):
    """One page of a list. entries: those on it. start: how many come before. number: from 1, of `count` pages."""

    entries: Sequence[_T]
    start: int
    number: int
    count: int

    @property
    def note(self) -> str:
        """Return which page it is; empty if it is the only one."""
        return f"page {self.number} of {self.count}" if self.count > 1 else ""

    def buttons(self, earlier: str, later: str, value: Callable[[int], Struct]) -> tuple[Actions, ...]:
        """Return the row of buttons for the neighbors, if there are any.

        earlier, later: action ids. value: returns the value of the button for the page of a number.
        """
        shown = []
        if self.number > 1:
            shown.append(Button(earlier, PlainText("Earlier"), encode(value(self.number - 1))))
        if self.number < self.count:
            shown.append(Button(later, PlainText("Later"), encode(value(self.number + 1))))
        return (Actions(tuple(shown)),) if shown else ()


def page_of(entries: Sequence[_T], number: int, size: int) -> Page[_T]:
    """Return a page of a list; where there is none of that number, the nearest. size: entries on a full page."""
    count = max(1, -(-len(entries) // size))
    number = min(max(1, number), count)
    start = (number - 1) * size
    return Page(entries[start : start + size], start, number, count)


def loading(title: PlainText) -> View:
    """Return the modal to open at once: Slack accepts a modal for 3 s after a click, and Telnyx may take longer."""
    return View(title, (section((text("Asking Telnyx…"),)),))


def section(*lines: Line) -> RichText:
    """Return a block of lines, each as a section of its own."""
    return RichText(tuple(RichTextSection(line) for line in lines))
