"""Points in time as a reader wants them: in their own zone, with UTC beside it, and how long is left."""

from datetime import date, datetime, timedelta
from typing import Final

from portout.cards.blockkit.blocks import Date, Inline, Text

FOC_WINDOW: Final = timedelta(days=10)
"""How long after the FOC date the gaining carrier may still take the numbers (Telnyx's port-out guide)."""

ANSWER_WINDOW: Final = (timedelta(hours=24), timedelta(hours=48))
"""When, after an order was made, Telnyx authorizes it unanswered: an estimate, Telnyx says "24-48 hours"."""


def moment(when: datetime | date) -> Inline:
    """Show a point in time in the reader's zone; a day without a time of day stays that day everywhere."""
    if not isinstance(when, datetime):
        return Text(f"{when:%Y-%m-%d}")
    return Date(int(when.timestamp()), "{date_short_pretty} at {time}", utc(when))


def day(when: datetime | date) -> Inline:
    """Show the day of a point in time, in the reader's zone."""
    if not isinstance(when, datetime):
        return Text(f"{when:%Y-%m-%d}")
    return Date(int(when.timestamp()), "{date_short_pretty}", f"{when:%Y-%m-%d}")


def date_token(when: datetime | date) -> str:
    """Show a point in time in mrkdwn, in the reader's zone."""
    if not isinstance(when, datetime):
        return f"{when:%Y-%m-%d}"
    return f"<!date^{int(when.timestamp())}^{{date_short_pretty}} {{time}}|{utc(when)}>"


def utc(when: datetime) -> str:
    """Write a point in time for those whose client can't."""
    return f"{when.isoformat(' ', 'minutes')[:16]} UTC"


def about(span: timedelta) -> str:
    """Say how long, as precisely as an estimate deserves."""
    minutes = max(1, round(span.total_seconds() / 60))
    if minutes < 100:
        return f"about {minutes} min"
    hours = round(minutes / 60)
    return f"about {hours} h" if hours <= 48 else f"about {round(hours / 24)} days"
