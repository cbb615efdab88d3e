"""The metrics for Prometheus, without ids and people.

Source: prometheus.io/docs/practices/naming; `_total` is added to the name of a counter when it is scraped.
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

_SECONDS: Final = (0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 30)

LOOK_UPS: Final = Counter("portout_lookups", "Ids that were looked up.", ["surface", "outcome"])
REFUSALS: Final = Counter("portout_refusals", "People who were not answered.", ["surface", "reason"])
SILENT_ALERTS: Final = Counter("portout_alerts_silent", "Alerts with an id and without a reply.")
COMMAND_SECONDS: Final = Histogram("portout_command_seconds", "From a command to its answer.", buckets=_SECONDS)
TELNYX_SECONDS: Final = Histogram(
    "portout_telnyx_call_seconds", "A call to Telnyx, its retries included.", ["resource", "outcome"], buckets=_SECONDS
)
SLACK_SECONDS: Final = Histogram(
    "portout_slack_call_seconds", "A call of Slack's Web API.", ["method", "outcome"], buckets=_SECONDS
)
CACHE_HITS: Final = Counter("portout_cache_hits", "Questions answered from what was kept.", ["resource"])
COALESCED_CALLS: Final = Counter("portout_coalesced_calls", "Questions that joined a call under way.", ["resource"])
REDELIVERIES: Final = Counter("portout_redeliveries", "Events that Slack delivered again.")
UNFINISHED: Final = Counter("portout_deliveries_unfinished", "Events that were left with Slack.")
DUPLICATES: Final = Counter("portout_duplicates", "Events that had been dealt with when they came again.")
LEDGER_FALLBACKS: Final = Counter("portout_ledger_fallbacks", "How often the shared ledger went away.")
BUGS: Final = Counter("portout_bugs", "Mistakes in this bot.")
IN_FLIGHT: Final = Gauge("portout_in_flight", "Requests, late answers and alerts in flight.")
SOCKET_CONNECTIONS: Final = Counter("portout_socket_connections", "Connections opened in Socket Mode.")
BUILD: Final = Gauge("portout_build_info", "Which code runs; always 1.", ["code", "python"])
