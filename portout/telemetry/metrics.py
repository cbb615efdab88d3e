"""The metrics for Prometheus, without ids and people.

Source: prometheus.io/docs/practices/naming; `_total` is added to the name of a counter when it is scraped.
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

_SECONDS: Final = (0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 30)

LOOK_UPS: Final = Counter("portout_lookups", "Ids that were looked up.", ["surface", "outcome"])
REFUSALS: Final = Counter("portout_refusals", "Refused requests.", ["surface", "reason"])
SILENT_ALERTS: Final = Counter("portout_alerts_silent", "Alerts with an id that got no reply.")
COMMAND_SECONDS: Final = Histogram("portout_command_seconds", "Time from a command to its answer.", buckets=_SECONDS)
TELNYX_SECONDS: Final = Histogram(
    "portout_telnyx_call_seconds",
    "Duration of a call to Telnyx, retries included.",
    ["resource", "outcome"],
    buckets=_SECONDS,
)
SLACK_SECONDS: Final = Histogram(
    "portout_slack_call_seconds", "Duration of a call to Slack's Web API.", ["method", "outcome"], buckets=_SECONDS
)
CACHE_HITS: Final = Counter("portout_cache_hits", "Requests answered from the cache.", ["resource"])
COALESCED_CALLS: Final = Counter(
    "portout_coalesced_calls", "Requests that joined a call already in flight.", ["resource"]
)
REDELIVERIES: Final = Counter("portout_redeliveries", "Events that Slack delivered again.")
EVENTS_DROPPED: Final = Counter(
    "portout_events_dropped", "Minutes for which Slack reported that it sent no events, because there were too many."
)
UNFINISHED: Final = Counter("portout_deliveries_unfinished", "Deliveries that were not acknowledged.")
DUPLICATES: Final = Counter("portout_duplicates", "Deliveries of an event that was already processed.")
LEDGER_FALLBACKS: Final = Counter("portout_ledger_fallbacks", "How often Redis became unavailable.")
BUGS: Final = Counter("portout_bugs", "Errors in this bot.")
IN_FLIGHT: Final = Gauge("portout_in_flight", "Requests, follow-ups and alerts being processed.")
SOCKET_CONNECTIONS: Final = Counter("portout_socket_connections", "Connections opened in Socket Mode.")
BUILD: Final = Gauge("portout_build_info", "Always 1; `code` is a digest of the source files.", ["code", "python"])
