"""Telnyx's lists: what is read of them, and whether it is all, by totals in any spelling or none."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portout.telnyx.decoding import UndecodableError, is_same_id
from portout.telnyx.lists import Listing, ListReader
from portout.telnyx.orders import Comment, decode_comments
from tests.amount import examples
from tests.portout.payloads import ORDER_ID, USER_ID
from tests.portout.strategies import json_values


def rows(first: int, number: int) -> list[dict[str, Any]]:
    return [{"id": f"c{index}", "body": str(index)} for index in range(first, first + number)]


def read(*pages: Any) -> tuple[ListReader[Comment], Listing[Comment]]:
    """Return the reader and the list after these pages, each as rows and `meta`."""
    reader = ListReader(decode_comments, lambda comment: is_same_id(comment.portout_id, ORDER_ID))
    for data, meta in pages:
        reader.add(json.dumps({"data": data, "meta": meta}).encode())
    return reader, reader.listing()


@pytest.mark.parametrize(
    ("meta", "has_more"),
    [
        ({"total_pages": 1, "total_results": 3}, False),
        ({"total_pages": 2, "total_results": 5}, True),
        ({"total_pages": 2.0, "total_results": 5.0}, True),
        ({"total_pages": "2", "total_results": "5"}, True),
        ({"total_results": 5}, True),
        ({"total_results": 3}, False),
        ({"total_pages": 2}, True),
        ({"total_pages": 1}, False),
        ({"total_pages": 1, "total_results": 5}, True),
        ({"total_pages": 0, "total_results": 0}, False),
        ({"total_pages": None, "total_results": "many"}, False),
        ({"total_pages": [2]}, False),
        ({"total_pages": 2, "odd": "\ud800"}, True),
        ({"total_pages": 2, "odd": float("nan")}, True),
        ({}, False),
        (None, False),
        ("x", False),
        ([5], False),
    ],
)
def test_the_totals_tell_whether_there_is_more(meta: Any, has_more: bool) -> None:  # noqa: FBT001
    """Not the size of the page that was asked for; a short page without totals is the last one."""
    reader, listing = read((rows(0, 3), meta))

    assert (reader.has_more, listing.is_whole) == (has_more, not has_more)


def test_a_full_page_without_totals_may_have_another() -> None:
    """Telnyx's pages have 20 rows unless another number is asked for; the end is a page with nothing new."""
    one, _ = read((rows(0, 20), None))
    two, listing = read((rows(0, 20), None), ([], None))

    assert one.has_more
    assert (two.has_more, listing.is_whole, len(listing.rows)) == (False, True, 20)


@pytest.mark.parametrize("total", [45, None])
def test_a_page_that_comes_again_is_the_last(total: int | None) -> None:
    """The number of the page has no effect: what is missing can't be had, and it is not asked for for ever."""
    reader, listing = read((rows(0, 20), {"total_results": total}), (rows(0, 20), {"total_results": total}))

    assert not reader.has_more
    assert (len(listing.rows), listing.is_whole) == (20, total is None)


def test_a_row_that_moved_to_the_next_page_is_read_once() -> None:
    """A comment was added meanwhile: the last one of the first page is the first of the second."""
    meta = {"total_pages": 2, "total_results": 5}
    _, listing = read((rows(0, 3), meta), (rows(2, 3), meta))

    assert [comment.body for comment in listing.rows] == ["0", "1", "2", "3", "4"]
    assert listing.is_whole


def test_a_row_that_is_lost_is_missed() -> None:
    """A comment was deleted meanwhile, so that one was on neither page."""
    meta = {"total_pages": 2, "total_results": 5}
    reader, listing = read((rows(0, 3), meta), (rows(4, 1), meta))

    assert reader.has_more
    assert not listing.is_whole


@pytest.mark.parametrize("odd", [None, "x", 7, [], [{"id": "x"}]], ids=repr)
def test_a_row_that_can_not_be_read_is_missed(odd: Any) -> None:
    """The others are there, and it is known that they are not all."""
    _, listing = read(([*rows(0, 2), odd], {"total_results": 3}))

    assert ([comment.body for comment in listing.rows], listing.is_whole) == (["0", "1"], False)


def test_rows_without_an_id_are_all_read() -> None:
    """Only an id tells that a row is the same."""
    _, listing = read(([{"body": "x"}, {"body": "x"}], {"total_results": 2}))

    assert (len(listing.rows), listing.is_whole) == (2, True)


@examples(200)
@given(st.lists(st.tuples(st.lists(json_values, max_size=3) | json_values, json_values), max_size=4))
def test_any_pages_are_read_or_refused(pages: list[tuple[Any, Any]]) -> None:
    """Whatever Telnyx sends, a page is read or an `UndecodableError`, after which the others are still there."""
    reader = ListReader(decode_comments, lambda comment: is_same_id(comment.portout_id, ORDER_ID))
    n_read = 0
    for data, meta in pages:
        try:
            reader.add(json.dumps({"data": data, "meta": meta}).encode())
        except UndecodableError:
            assert not isinstance(data, list)
        else:
            n_read += 1
    assert reader.pages == n_read


def test_rows_that_do_not_fit_are_left_out() -> None:
    """Then one that does not tell is left out, too, whichever came first, and it is known that rows may be missing."""
    unsure, right, wrong = {"id": "1"}, {"id": "2", "portout_id": ORDER_ID}, {"id": "3", "portout_id": USER_ID}

    _, filtered = read(([unsure, right], {"total_results": 2}))
    _, unfiltered = read(([unsure, right], {"total_results": 3}), ([wrong], {"total_results": 3}))
    _, sure = read(([right, wrong], {"total_results": 2}))

    assert ([row.id for row in filtered.rows], filtered.is_whole) == (["1", "2"], True)
    assert ([row.id for row in unfiltered.rows], unfiltered.is_whole) == (["2"], False)
    assert ([row.id for row in sure.rows], sure.is_whole) == (["2"], True)
