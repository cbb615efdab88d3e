"""The context of a card: ids and keys to copy, and times."""

from portout.cards.blockkit.dates import date_token
from portout.cards.blockkit.text import code as mrkdwn_code
from portout.lookup.results import EventResult, OrderResult, OrderSnapshot
from portout.telnyx.dates import parse_time


def context_of(result: EventResult | OrderResult, verb: str = "") -> tuple[str, ...]:
    """Return two context elements: the ids and keys, and the times of the event and of the fetch.

    verb: what happened at the time of the event, such as "Moved"; not used for an order.
    """
    event_id = result.id if isinstance(result, EventResult) else None
    # Not what Telnyx sent in the place of an order's id, unless it is one.
    order_id = result.order_id
    keys = {"Event ": event_id, "order ": order_id, "": result.order.support_key, "PON ": result.order.pon}
    ids = " · ".join(f"{label}{shown}" for label, key in keys.items() if (shown := mrkdwn_code(key)))
    created = parse_time(result.event.created_at) if isinstance(result, EventResult) else None
    times = [f"{verb} {date_token(created)}"] if created else []
    if isinstance(result.snapshot, OrderSnapshot):
        times.append(f"order as of {date_token(result.snapshot.as_of)}")
    else:
        times.append(f"fetched {date_token(result.fetched_at)}")
    times[0] = times[0][0].upper() + times[0][1:]
    return ids[0].upper() + ids[1:], " · ".join(times)
