"""The overview's lists: how they are sorted, and what stands when Telnyx does not answer."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from portout.lookup.cache import PriorityLimiter
from portout.lookup.order_search import OrderSearch
from portout.lookup.overview.service import Overviews
from portout.telnyx.client import TelnyxClient
from portout.telnyx.errors import UpstreamError
from sandbox import faults
from tests.conftest import Environment


@pytest.fixture
async def overviews(environment: Environment) -> AsyncIterator[Overviews]:
    """The look-up, of an account without orders."""
    environment.telnyx.samples.orders.clear()
    async with TelnyxClient.connect(environment.telnyx.key, f"{environment.telnyx_url}/v2") as telnyx:
        yield Overviews(OrderSearch(telnyx, PriorityLimiter()))


def open_orders(environment: Environment, *ages: float) -> list[str]:
    """Open an order for each number of hours ago; return their ids."""
    account, ids = environment.telnyx.account, []
    for age in ages:
        account.clock.offset = -timedelta(hours=age)
        ids.append(account.open_order())
    account.clock.offset = timedelta()
    return ids


async def test_an_empty_list_is_kept_with_its_time(environment: Environment, overviews: Overviews) -> None:
    """As any other, so that nobody reads a later time than that of the answer."""
    first = await overviews.fetch()
    second = await overviews.fetch()

    assert first == second
    assert first.waiting.as_of is not None
    assert (list(first.waiting.orders), list(first.leaving.orders)) == ([], [])
    assert len(environment.telnyx.calls) == 2


async def test_the_least_time_comes_first(environment: Environment, overviews: Overviews) -> None:
    """An order whose time is not known may have none left."""
    now_ish, late, older = open_orders(environment, 1, 30, 5)
    (unknown,) = open_orders(environment, 2)
    environment.telnyx.samples.orders[unknown] |= {"created_at": None, "inserted_at": "soon"}

    overview = await overviews.fetch()

    assert [order.id for order in overview.waiting.orders] == [unknown, late, older, now_ish]


async def test_the_earliest_foc_date_comes_first(environment: Environment, overviews: Overviews) -> None:
    """Whatever its spelling; a day counts from its midnight, and one at an end of the span is in it."""
    now = datetime.now(UTC)
    spellings = {
        "in 2 days": (now + timedelta(days=2)).isoformat(),
        "10 days ago": f"{now - timedelta(days=10):%Y-%m-%d}",
        "tomorrow": f"{now + timedelta(days=1):%Y-%m-%d}",
        "unreadable": "next week",
        "12 days ago": f"{now - timedelta(days=12):%Y-%m-%d}",
    }
    ids = dict(zip(open_orders(environment, *range(len(spellings))), spellings, strict=True))
    for order_id, name in ids.items():
        environment.telnyx.samples.orders[order_id] |= {"status": "authorized", "foc_date": spellings[name]}

    overview = await overviews.fetch()

    assert [ids[order.id] for order in overview.leaving.orders] == ["10 days ago", "tomorrow", "in 2 days"]


async def test_one_list_may_be_newer_than_the_other(environment: Environment, overviews: Overviews) -> None:
    """The other one says why it is not, and stands with its time."""
    open_orders(environment, 1)
    before = await overviews.fetch()
    open_orders(environment, 2)
    environment.telnyx.script.then("portouts", faults.status(403))
    half = await overviews.fetch(bypass_cache=True)

    by_error = sorted((half.waiting, half.leaving), key=lambda kept: kept.error is not None)
    assert [kept.outcome for kept in by_error] == ["found", "refused"]
    assert by_error[1].as_of in (before.waiting.as_of, before.leaving.as_of)


async def test_without_a_list_nothing_is_said_to_be_empty(environment: Environment, overviews: Overviews) -> None:
    """What was never read has no time."""
    environment.telnyx.script.always(faults.status(503))

    overview = await overviews.fetch()

    assert overview.waiting.as_of is None
    assert isinstance(overview.waiting.error, UpstreamError)
    assert isinstance(overview.leaving.error, UpstreamError)


async def test_orders_of_another_status_are_dropped(environment: Environment, overviews: Overviews) -> None:
    """Where Telnyx ignores the filter, nobody reads that an order waits that does not."""
    waiting, gone = open_orders(environment, 1, 2)
    environment.telnyx.account.change_status(gone, "ported")
    environment.telnyx.ignores_filters = True

    overview = await overviews.fetch()

    assert [order.id for order in overview.waiting.orders] == [waiting]
    assert list(overview.leaving.orders) == []
