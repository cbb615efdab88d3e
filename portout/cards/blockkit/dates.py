"""Points in time in the reader's time zone, with UTC as the fallback, and time spans as estimates."""

from datetime import date, datetime, timedelta
from typing import Final

from portout.cards.blockkit.blocks import Date, Inline, Text

FOC_WINDOW: Final = timedelta(days=10)
"""How long after the FOC date the gaining carrier may still take the numbers (source: Telnyx's port-out guide)."""

ANSWER_WINDOW: Final = (timedelta(hours=24), timedelta(hours=48))
"""How long after its creation Telnyx authorizes an unanswered order, earliest and latest.

An estimate: Telnyx says "24-48 hours", and no field of an order holds the deadline.
"""

# Not {date_short_pretty}: its "Today" and "Tomorrow" have a capital letter in the middle of a sentence.
_DAY: Final = "{date_short}"
_MOMENT: Final = "{date_short} at {time}"


def moment(when: datetime | date) -> Inline:
    """Return a point in time in the reader's time zone. A date without a time is the same date in every zone."""
    if not isinstance(when, datetime):
        return Text(when.isoformat())
    return Date(int(when.timestamp()), _MOMENT, utc(when))


def day(when: datetime | date) -> Inline:
    """Return the day of a point in time, in the reader's time zone."""
    if not isinstance(when, datetime):
        return Text(when.isoformat())
    return Date(int(when.timestamp()), _DAY, when.date().isoformat())


def date_token(when: datetime | date) -> str:
    """Return a point in time as mrkdwn, in the reader's time zone, to the second.

    A card that was refreshed shows by its seconds that the bot looked again, also where nothing has changed since.
    """
    if not isinstance(when, datetime):
        return when.isoformat()
    return f"<!date^{int(when.timestamp())}^{{date_short}} at {{time_secs}}|{utc(when, 'seconds')}>"


def utc(when: datetime, precision: str = "minutes") -> str:
    """Return a point in time in UTC, for clients that cannot format dates. when: in UTC. precision: or `seconds`."""
    # Without the zone, which takes longer to write than all else.
    return f"{when.date().isoformat()} {when.time().isoformat(precision)} UTC"


def about(span: timedelta) -> str:
    """Return a time span in minutes, hours or days: no more precise than an estimate."""
    minutes = max(1, round(span.total_seconds() / 60))
    if minutes < 100:
        return f"about {minutes} min"
    hours = round(minutes / 60)
    return f"about {hours} h" if hours <= 48 else f"about {round(hours / 24)} days"
