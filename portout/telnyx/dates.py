"""Telnyx's dates: one field, many formats."""

from datetime import UTC, date, datetime

import msgspec

# A date outside these years is a placeholder or a mistake; FOC + 10 days may overflow, and Slack's clients may fail.
_YEARS = range(1990, 2200)


def parse_time(text: str | None) -> datetime | date | None:
    """Return a point in time (UTC if it names no zone), a day if there is no time of day, or None for neither.

    Seen in Telnyx's answers: `…T14:46:27Z`, with milli- or microseconds, `…+00:00`, without a zone, day only.
    """
    for kind in (datetime, date):
        try:
            value = msgspec.convert(text, kind)
        except ValueError:  # msgspec's own, or Unicode's for a lone surrogate, which cannot be encoded
            continue
        if value.year not in _YEARS:
            return None
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return value
    return None
