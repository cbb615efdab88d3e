"""Strategies for property tests: made-up answers of Telnyx, with its field names and any values in them."""

from typing import Any, Final, get_args

import msgspec
from hypothesis import strategies as st

from portout.telnyx.events import KnownEvent, PortoutEvent, UnknownEvent

_FRAGMENTS: Final = (
    *("<!channel>", "<@U0AAAAAAA>", "<http://x.example|y>", "<!date^0^{date}|z>", "&", "&amp;", "<", ">", "@here"),
    *("`", "```", "*", "_", "~", "|", '"', "\\", "{", "\n> ", "[red]", ":boom:", " ", "\t", "\r\n", "\u2028"),
    *("\x00", "\x1b[31m", "\x7f", "\x9f", "\ud83d", "\udc68", "\u202e", "\u2066", "\u200f", "\ufeff", "\u200b"),
    *("🇺🇳", "👩\u200d👩\u200d👧", "e\u0301", "Σ", "電話", "Orchid Wireless", "+13125550147", "PO_a24719"),
)
_TIMES: Final = ("2026-11-23T10:05:00.000000Z", "2026-11-26", "2026-11-21T10:05:00", "9999-12-31T23:59:59Z", "soon", "")
_STATUSES: Final = ("pending", "authorized", "ported", "rejected", "rejected-pending", "canceled", "on-hold", "")

anything: Final = st.characters()
"""Any code point, including lone surrogates."""

hostile_texts: Final = st.one_of(
    st.lists(st.sampled_from(_FRAGMENTS) | st.text(anything, max_size=5), max_size=8).map("".join),
    st.builds(lambda fragment, count: fragment * count, st.sampled_from(_FRAGMENTS), st.integers(1, 4_000)),
)
_scalars: Final = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
json_values: Final = st.recursive(
    _scalars | hostile_texts,
    lambda values: st.lists(values, max_size=4) | st.dictionaries(hostile_texts, values, max_size=3),
    max_leaves=6,
)
_numbers: Final = st.lists(st.sampled_from(("+13125550147", "+13125550148")) | _scalars | hostile_texts, max_size=6)

known_types: Final = tuple(variant.__struct_config__.tag for variant in get_args(KnownEvent))


def _fields(event: Any) -> dict[str, Any]:
    return {field.encode_name: field.type for field in msgspec.structs.fields(event)}


def _optional(names: Any) -> dict[str, st.SearchStrategy[Any]]:
    likely: dict[str, st.SearchStrategy[Any]] = {
        "status": st.sampled_from(_STATUSES),
        "phone_numbers": _numbers,
        "created_at": st.sampled_from(_TIMES),
        "foc_date": st.sampled_from(_TIMES),
    }
    return {name: st.one_of(likely.get(name, hostile_texts), hostile_texts, json_values) for name in names}


_payload_fields: Final = sorted(
    {name for event in get_args(PortoutEvent) for name in _fields(_fields(event)["payload"])}
)
_payloads: Final = st.fixed_dictionaries({}, optional=_optional(_payload_fields))
event_data: Final = st.fixed_dictionaries(
    {
        "event_type": st.sampled_from((*known_types, "portout.split")) | json_values,
        "payload": _payloads | json_values,
    },
    optional=_optional(set(_fields(UnknownEvent)) - {"event_type", "payload"}),
)
"""The `data` of an answer: a valid event, one with odd fields, or one of which hardly a field fits."""
