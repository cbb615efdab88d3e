"""The metrics for Prometheus, without ids and people.

Source: prometheus.io/docs/practices/naming; `_total` is added to the name of a counter when it is scraped.
"""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram, Summary, disable_created_metrics

# The time at which each series began, as a series of its own: a fifth of the page, and nobody asks for it.
disable_created_metrics()  # type: ignore[no-untyped-call]

_COMMAND_SECONDS: Final = (0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 30)
# As usual, slow, and later than an answer's deadline.
_CALL_SECONDS: Final = (0.2, 1, 5)

LOOK_UPS: Final = Counter("portout_lookups", "Ids that were looked up.", ["surface", "outcome"])
REFUSALS: Final = Counter("portout_refusals", "Refused requests.", ["surface", "reason"])
SILENT_ALERTS: Final = Counter("portout_alerts_silent", "Alerts with an id that got no reply.")
COMMAND_SECONDS: Final = Histogram(
    "portout_command_seconds", "Time from a command to its answer.", buckets=_COMMAND_SECONDS
)
# Outcomes are counted, durations are in buckets: buckets of each outcome would be half of the page.
TELNYX_SECONDS: Final = Summary(
    "portout_telnyx_call_seconds", "Calls to Telnyx, retries included, and their durations.", ["resource", "outcome"]
)
TELNYX_DURATION: Final = Histogram(
    "portout_telnyx_call_duration_seconds",
    "Duration of a call to Telnyx, retries included.",
    ["resource"],
    buckets=_CALL_SECONDS,
)
SLACK_SECONDS: Final = Summary(
    "portout_slack_call_seconds", "Calls to Slack's Web API, and their durations.", ["method", "outcome"]
)
SLACK_DURATION: Final = Histogram(
    "portout_slack_call_duration_seconds", "Duration of a call to Slack's Web API.", ["method"], buckets=_CALL_SECONDS
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
REJECTION_REASONS: Final = (
    *("timestamp_missing", "timestamp_stale", "signature_missing", "signature_wrong", "signature_used_before"),
    *("telnyx_timestamp_missing", "telnyx_timestamp_stale", "telnyx_signature_missing", "telnyx_signature_wrong"),
    *("telnyx_signature_used_before", "stopping"),
    *("body_too_large", "body_too_slow", "body_broken", "body_encoded", "body_not_understood", "too_many_bodies"),
    *("not_http", "other"),
)
REJECTIONS: Final = Counter(
    "portout_http_rejected", "HTTP requests that were refused before they reached the app.", ["reason"]
)
LAST_REQUEST: Final = Gauge(
    "portout_last_request_timestamp_seconds", "When the last request from Slack arrived, as Unix time; 0 before."
)
WATCH_AGE: Final = Gauge(
    "portout_watch_age_seconds", "Seconds since port-outs were last watched successfully; 0 where nothing is watched."
)
WATCH_CYCLES: Final = Counter("portout_watch_cycles", "Cycles of the watch.", ["outcome"])
WATCH_POSTS: Final = Counter("portout_watch_posts", "Messages and replies of the watch.", ["kind"])
WATCH_REMINDERS: Final = Counter(
    "portout_watch_reminders", "Reminders, by the hours for which the port-out had waited.", ["hours"]
)
DEGRADED_REASONS: Final = ("clock", "ledger", "log", "slack", "socket", "token", "watch")
DEGRADED: Final = Gauge("portout_degraded", "1 for what works less well than it should, else 0.", ["reason"])
LOST_LINES: Final = Counter("portout_log_lines_lost", "Log lines that could not be written.")
BUGS: Final = Counter("portout_bugs", "Errors in this bot.")
IN_FLIGHT: Final = Gauge("portout_in_flight", "Requests, follow-ups and alerts being processed.")
SOCKET_CONNECTIONS: Final = Counter("portout_socket_connections", "Connections opened in Socket Mode.")
BUILD: Final = Gauge(
    "portout_build_info", "Always 1; `code` is a digest of the source files.", ["version", "code", "python"]
)

# From the start, as `rate` does not see a series that begins with its first event.
for _reason in DEGRADED_REASONS:
    DEGRADED.labels(_reason)
for _reason in REJECTION_REASONS:
    REJECTIONS.labels(_reason)
for _outcome in ("succeeded", "failed"):
    WATCH_CYCLES.labels(_outcome)
