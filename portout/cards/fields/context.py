"""The context of a card: ids and keys to copy, and times."""

from portout.cards.blockkit.dates import date_token
from portout.cards.blockkit.text import code as mrkdwn_code
from portout.lookup.results import EventResult, OrderResult, OrderSnapshot
from portout.telnyx.dates import parse_time


def context_of(result: EventResult | OrderResult, verb: str = "") -> tuple[str, ...]:
    """Return two context elements: the ids and keys, and the times of the event and of the fetch.

    verb: what happened at the time of the event, such as "Moved"; not used for an order.
    """
    ids, times, order = [], [], result.order
    if isinstance(result, EventResult):
        ids.append(f"event {mrkdwn_code(result.id)}")
        if created := parse_time(result.event.created_at):
            times.append(f"{verb} {date_token(created)}")
    # A UUID, not what Telnyx sent in the place of an order's id.
    if order_id := result.order_id:
        ids.append(f"order `{order_id}`")
    if key := mrkdwn_code(order.support_key):
        ids.append(key)
    if pon := mrkdwn_code(order.pon):
        ids.append(f"PON {pon}")
    if isinstance(result.snapshot, OrderSnapshot):
        times.append(f"order as of {date_token(result.snapshot.as_of)}")
    else:
        times.append(f"fetched {date_token(result.fetched_at)}")
    return _line(ids), _line(times)


def _line(parts: list[str]) -> str:
    line = " · ".join(parts)
    return line[0].upper() + line[1:]
