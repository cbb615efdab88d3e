"""Telnyx's dates: one field, many formats."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

import msgspec

# A date outside these years is a placeholder or a mistake; FOC + 10 days may overflow, and Slack's clients may fail.
_YEARS = range(1990, 2200)
# Seconds or milliseconds since 1970, until 2033: ten digits that do not begin with a 1 are a phone number.
_EPOCH = re.compile(r"(1?\d{9})(?:\d{3})?(?:\.\d+)?", re.ASCII)
_ISO_8601 = re.compile(
    r"(\d{4})(-?)(\d\d)\2(\d\d)"
    r"(?:(?:T| +)(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?"
    r" *(?:Z|UTC|GMT|([+-])(\d\d):?(\d\d)?)?)?",
    re.ASCII | re.IGNORECASE,
)


def parse_time(text: str | None) -> datetime | date | None:
    """Return a point in time (UTC if it names no zone), a day if there is no time of day, or None for neither.

    Seen in Telnyx's answers: `…T14:46:27Z`, with milli- or microseconds, `…+00:00`, without a zone, day only. Read,
    too: basic format, no seconds, a fraction after a comma, `… UTC`, a 60th second, and seconds since 1970.
    """
    try:
        # The usual format, much faster.
        value: datetime | date | None = msgspec.convert(text, datetime)
    except ValueError:  # msgspec's own, or Unicode's for a lone surrogate, which cannot be encoded
        value = _parse_other((text or "").strip())
    if value is None or value.year not in _YEARS:
        return None
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value


def is_between(text: str | None, start: datetime, end: datetime) -> bool | None:
    """Return whether a date is from `start` to `end`; None if it is unreadable, or a day of which a part is."""
    match parse_time(text):
        case datetime() as moment:
            return start <= moment <= end
        case date() as day if start.astimezone(UTC).date() <= day <= end.astimezone(UTC).date():
            return None
        case date():
            return False
    return None


def _parse_other(text: str) -> datetime | date | None:
    try:
        if match := _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(int(match[1]), UTC)
        if match := _ISO_8601.fullmatch(text):
            return _moment(match)
    except (ValueError, OverflowError):
        return None  # such as a 13th month
    return None


def _moment(match: re.Match[str]) -> datetime | date:
    year, _, month, day, hour, minute, second, fraction, sign, *offset = match.groups()
    if hour is None:
        return date(int(year), int(month), int(day))
    seconds = int(second or 0)
    if seconds > 60:
        raise ValueError
    zone = timedelta(hours=int(offset[0] or 0), minutes=int(offset[1] or 0)) * (-1 if sign == "-" else 1)
    start = datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=timezone(zone))
    # A leap second is counted from the minute: no `datetime` has a 60th one.
    return start + timedelta(seconds=seconds, microseconds=int((fraction or "")[:6].ljust(6, "0")))
