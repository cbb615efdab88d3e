"""Telnyx's dates, in every format seen so far and some others."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given

from portout.telnyx.dates import is_between, parse_time
from tests.amount import examples
from tests.portout.strategies import hostile_texts

INSTANT = datetime(2022, 12, 20, 14, 46, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2022-12-20T14:46:27Z",
        "2022-12-20T14:46:27z",
        "2022-12-20t14:46:27Z",
        "2022-12-20T14:46:27.000Z",
        "2022-12-20T14:46:27.000000Z",
        "2022-12-20T14:46:27.000000000Z",
        "2022-12-20T14:46:27+00:00",
        "2022-12-20T08:46:27-06:00",
        "2022-12-20T20:16:27+0530",
        "2022-12-20 14:46:27Z",
        "2022-12-20T14:46:27",
        "2022-12-20T14:46:27Z ",
        "2022-12-20 14:46:27 UTC",
        "2022-12-20 14:46:27 +0000",
        "2022-12-20T14:46:27 gmt",
        "2022-12-20 15:46:27+01",
        "2022-12-20T14:46:27,000Z",
        "20221220T144627Z",
        "20221220T154627+0100",
        "1671547587",
        "1671547587.0",
        "1671547587000",
    ],
)
def test_a_point_in_time_is_utc(text: str) -> None:
    """Whatever the format, the result is the same moment in UTC; a time without a zone counts as UTC."""
    time = parse_time(text)

    assert time == INSTANT
    assert isinstance(time, datetime)
    assert time.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "second", "microsecond"),
    [
        ("2022-12-20T14:46Z", 0, 0),
        ("2022-12-20 14:46", 0, 0),
        ("20221220T1446Z", 0, 0),
        ("2022-12-20T14:46:27,5Z", 27, 500_000),
        ("2022-12-20T14:46:27,123456789+00:00", 27, 123_456),
        ("20221220T144627.25Z", 27, 250_000),
    ],
)
def test_a_time_of_another_precision(text: str, second: int, microsecond: int) -> None:
    """Seconds may be missing, and a fraction may follow a comma."""
    assert parse_time(text) == INSTANT.replace(second=second, microsecond=microsecond)


@pytest.mark.parametrize("text", ["2016-12-31T23:59:60Z", "20161231T235960Z", "2016-12-31 18:59:60.000 -05:00"])
def test_a_leap_second(text: str) -> None:
    """The 60th second is the first of the next minute."""
    assert parse_time(text) == datetime(2017, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2022-12-20", "20221220", " 2022-12-20"])
def test_a_day_in_any_format(text: str) -> None:
    """A date without a time of day stays a day in basic format, too."""
    assert parse_time(text) == date(2022, 12, 20)


def test_fractions_are_kept() -> None:
    """Microseconds are not lost."""
    assert parse_time("2021-03-19T10:07:15.527000Z") == datetime(2021, 3, 19, 10, 7, 15, 527_000, tzinfo=UTC)


def test_a_day_stays_a_day() -> None:
    """A date without a time of day is no point in time: it must not change with the reader's time zone."""
    day = parse_time("2022-12-20")

    assert day == date(2022, 12, 20)
    assert not isinstance(day, datetime)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " ",
        "null",
        "soon",
        "20.12.2022",
        "2022-12",
        "2022-13-40",
        "2022-12-20T25:00:00Z",
        "2022-12-20T14:46:61Z",
        "2022-1220T144627Z",
        "3125550147",
        "13125550147",
        "+13125550147",
        "86400",
        "2022-12-20T14:46:27+99:99",
        "0000-00-00",
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31",
        "2022-12-20T14:46:27\ud83d",
    ],
)
def test_a_text_that_is_no_date_is_none(text: str | None) -> None:
    """Placeholders and mistakes result in no date, rather than a wrong one."""
    assert parse_time(text) is None


@examples(300)
@given(hostile_texts)
def test_any_text_is_parsed_or_none(text: str) -> None:
    """Whatever a date field contains, parsing it does not fail."""
    time = parse_time(text)

    assert time is None or 1989 <= time.year <= 2200


@pytest.mark.parametrize(
    ("text", "is_in_range"),
    [
        ("2026-03-02T09:00:00Z", True),
        ("2026-03-03T02:30:00+01:00", True),
        ("2026-03-02T08:59:59.999Z", False),
        ("2026-03-03T01:30:00.000001Z", False),
        ("2026-03-01", False),
        ("2026-03-02", None),
        ("2026-03-03", None),
        ("2026-03-04", False),
        ("soon", None),
        (None, None),
    ],
)
def test_a_date_is_in_a_range_or_not(text: str | None, is_in_range: bool | None) -> None:  # noqa: FBT001
    """The ends belong to it. A day without a time, of which a part is in it, does not tell; days are UTC's."""
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    end = datetime(2026, 3, 3, 2, 30, tzinfo=timezone(timedelta(hours=1)))

    assert is_between(text, start, end) is is_in_range
