"""Telnyx's error bodies, from its API page "API error codes"."""

from typing import Any

_ERRORS = {
    401: (
        "10009",
        "Authentication failed",
        "The required authentication headers were either invalid or not included in the request.",
    ),
    403: ("10010", "Authorization failed", "You do not have permission to perform the requested action."),
    404: ("10005", "Resource not found", "The requested resource or URL could not be found."),
    422: ("10006", "Invalid ID", "The resource ID provided was invalid."),
    429: ("10011", "Too many requests", "You have exceeded the maximum number of allowed requests."),
}
_UNEXPECTED = ("10007", "Unexpected error", "An unexpected error occurred.")


def error_body(status: int) -> dict[str, Any] | None:
    """Return Telnyx's error body for an HTTP status; None where it documents none."""
    if status not in _ERRORS and status < 500:
        return None
    code, title, detail = _ERRORS.get(status, _UNEXPECTED)
    url = f"https://developers.telnyx.com/docs/overview/errors/{code}"
    return {
        "errors": [
            {"code": code, "title": title, "detail": detail, "meta": {"url": url}, "source": {"pointer": "/"}},
        ]
    }
