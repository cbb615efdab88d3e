"""Telnyx's dates: one field, many spellings."""

from datetime import UTC, date, datetime

import msgspec

# Outside these years a "date" is a placeholder or a mistake, and FOC + 10 days or Slack's clients may not cope.
_YEARS = range(1990, 2200)


def parse_time(text: str | None) -> datetime | date | None:
    """Read a point in time (UTC when it names no zone), a day when there is no time of day, or None for neither.

    Seen in Telnyx's answers: `…T14:46:27Z`, with milli- or microseconds, `…+00:00`, without a zone, day only.
    """
    for kind in (datetime, date):
        try:
            value = msgspec.convert(text, kind)
        except ValueError:  # msgspec's own, or Unicode's for a text that no encoder can write
            continue
        if value.year not in _YEARS:
            return None
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return value
    return None
