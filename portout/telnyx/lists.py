"""Telnyx's lists: the rows of all pages that belong to what was requested, and whether they are all of them.

Telnyx promises neither that a filter has an effect nor how many rows a page has. So each row is checked, and the
answer's own totals say whether rows are missing.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec import Raw, Struct

from portout.telnyx.decoding import Page, UndecodableError, decode_fitting, decode_page, load
from portout.telnyx.errors import TelnyxError

_DEFAULT_PAGE_SIZE: Final = 20  # rows; a page without totals that has fewer is the last one

_meta_decoder: Final = msgspec.json.Decoder()

_T = TypeVar("_T")


class Listing(Struct, Generic[_T], frozen=True):
    """The rows of a list, in Telnyx's order, which may be any.

    is_whole: none is missing, as far as its totals tell. has_all_pages: all were read, whatever the totals say and
    however many rows are unreadable. failure: why a later page could not be read.
    """

    rows: tuple[_T, ...] = ()
    is_whole: bool = True
    has_all_pages: bool = True
    failure: TelnyxError | None = None


class ListReader(Generic[_T]):
    """Reads a list page by page. pages, n_bytes: how much was read. has_more: whether to ask for the next page."""

    def __init__(self, decode: Callable[[Sequence[Raw]], list[_T]], fits: Callable[[_T], bool | None]) -> None:
        """Read rows with `decode`, which leaves unreadable ones out.

        fits: whether a row belongs to what was requested; None if the row has nothing that tells.
        """
        self._decode = decode
        self._fits = fits
        self._sure: list[_T] = []
        self._possible: list[_T] = []
        self._is_filtered = True
        self._ids: set[str] = set()
        self._last_page: list[bytes] = []
        self._n_rows = 0
        self._n_unreadable = 0
        self._is_complete = False
        self.pages = 0
        self.n_bytes = 0
        self.has_more = True

    def add(self, body: bytes) -> None:
        """Add the next page, the body of a 200; raise `UndecodableError`."""
        page = decode_page(body)
        raw_rows = list(map(bytes, page.data))
        # The page that was sent before: its number has no effect, and there is nothing more to be had.
        is_new = raw_rows != self._last_page
        n_new = self._add_rows(page.data) if is_new else 0
        self._last_page = raw_rows
        self._n_rows += n_new
        self.pages += 1
        self.n_bytes += len(body)
        self._is_complete = self._reaches_totals(page, n_new)
        self.has_more = n_new > 0 and not self._is_complete

    def listing(self, failure: TelnyxError | None = None) -> Listing[_T]:
        """Return what was read so far of what was requested. failure: why the next page could not be read."""
        # Where the filter had no effect, a row that does not tell most likely does not belong there, either.
        rows = self._possible if self._is_filtered else self._sure
        is_whole = self._is_complete and not self._n_unreadable and len(rows) == len(self._possible)
        return Listing(tuple(rows), is_whole, not self.has_more, failure)

    def _add_rows(self, raw_rows: Sequence[Raw]) -> int:
        """Add the rows of a page, and return how many were not on the pages before."""
        rows = self._decode(raw_rows)
        # A row that is created meanwhile moves the others: some come a second time, on the next page.
        new = [row for row in rows if _id(row) not in self._ids]
        self._ids.update(key for row in new if (key := _id(row)))
        for row in new:
            self._add_row(row)
        n_unreadable = len(raw_rows) - len(rows)
        self._n_unreadable += n_unreadable
        return len(new) + n_unreadable

    def _add_row(self, row: _T) -> None:
        match self._fits(row):
            case True:
                self._sure.append(row)
                self._possible.append(row)
            case None:
                self._possible.append(row)
            case False:
                self._is_filtered = False

    def _reaches_totals(self, page: Page, n_new: int) -> bool:
        """Return whether all was read, by the totals of the last page, or by its size where Telnyx sends none."""
        meta = _meta_of(page)
        results, pages = _total(meta, "total_results"), _total(meta, "total_pages")
        if results is None and pages is None:
            return n_new == 0 or len(page.data) < _DEFAULT_PAGE_SIZE
        return self._n_rows >= (results or 0) and self.pages >= (pages or 0)


def _id(row: Any) -> str | None:
    key: str | None = row.id
    return key


def _meta_of(page: Page) -> Any:
    meta = decode_fitting(_meta_decoder, page.meta)
    if meta is None:
        # A NaN or half a surrogate pair, which msgspec refuses, must not take the totals beside it away.
        with suppress(UndecodableError):
            return load(bytes(page.meta))
    return meta


def _total(meta: Any, name: str) -> float | None:
    try:
        return msgspec.convert(meta[name], float, strict=False)
    except (ValueError, LookupError, TypeError):
        return None
