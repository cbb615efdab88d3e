"""The meaning of Telnyx's answers: every status results in a value or in one of our errors."""

import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from portout.telnyx.errors import (
    AnyTelnyxError,
    DeadlineExceededError,
    IntermediaryError,
    InvalidResponseError,
    KeyRejectedError,
    NotFoundError,
    RateLimitedError,
    TelnyxError,
    UpstreamError,
)
from portout.telnyx.events import PortoutEvent, StatusChanged, decode_event
from portout.telnyx.http.responses import RateLimit, decode_response, is_temporary, rate_limit_of
from tests.amount import examples
from tests.portout.payloads import EXAMPLES, body
from tests.portout.strategies import event_data, hostile_texts

ERRORS = b'{"errors": [{"code": "10005", "title": "Resource not found", "detail": "The requested resource..."}]}'


def error_of(status: int, headers: dict[str, str] | None = None, answer: bytes = b"") -> TelnyxError:
    with pytest.raises(TelnyxError) as caught:
        decode_response(status, CIMultiDictProxy(CIMultiDict(headers or {})), answer, decode_event)
    return caught.value


@pytest.mark.parametrize("status", [200, 201, 203])
def test_success_is_an_event(status: int) -> None:
    """A success with an event in it is that event."""
    event = decode_response(status, {}, body(EXAMPLES["status_changed"]), decode_event)

    assert isinstance(event, StatusChanged)
    assert event.payload.status == "authorized"


@pytest.mark.parametrize(
    ("status", "kind", "temporary"),
    [
        (302, UpstreamError, False),
        (304, UpstreamError, False),
        (400, NotFoundError, False),
        (401, KeyRejectedError, False),
        (403, KeyRejectedError, False),
        (404, NotFoundError, False),
        (405, UpstreamError, False),
        (408, UpstreamError, True),
        (410, UpstreamError, False),
        (422, NotFoundError, False),
        (429, RateLimitedError, True),
        (500, UpstreamError, True),
        (502, UpstreamError, True),
        (503, UpstreamError, True),
        (504, UpstreamError, True),
        (520, UpstreamError, True),
    ],
)
def test_the_status_decides(status: int, kind: type[TelnyxError], temporary: bool) -> None:  # noqa: FBT001
    """The status decides which error it is, and whether to retry; the body's code is only added."""
    error = error_of(status, answer=ERRORS)

    assert (type(error), error.status, error.code, is_temporary(error)) == (kind, status, "10005", temporary)


NOT_TELNYX = {
    "html": b"<!DOCTYPE html><html><body>Not found</body></html>",
    "a word": b"Not Found",
    "AWS's gateway": b'{"message": "Forbidden"}',
    "Kong": b'{"message": "no Route matched with those values", "request_id": "7f3a"}',
    "a problem": b'{"type": "about:blank", "title": "Not Found", "status": 404}',
    "a list": b'[{"code": "10005"}]',
    "an error of another kind": b'{"errors": [{"message": "Unauthorized", "path": ["x"]}]}',
    "no errors": b'{"errors": null}',
    "cut short": b'{"errors": [{"code": "100',
    "data": b'{"data": {}}',
}
TELNYX = {
    "its errors": ERRORS,
    "nothing": b"",
    "a line": b"\r\n",
    "detail only": b'{"errors": [{"detail": "Resource not found"}]}',
    "another schema": b'{"errors": [{"description": "Resource not found"}]}',
    "a detail that is no text": b'{"errors": [{"code": "404", "detail": {"any": "thing"}}]}',
    "its framework's": b'{"errors": {"detail": "Not Found"}}',
    "no error": b'{"errors": []}',
    "a byte order mark": b"\xef\xbb\xbf" + ERRORS,
}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
@pytest.mark.parametrize("answer", NOT_TELNYX.values(), ids=NOT_TELNYX)
def test_what_telnyx_did_not_send_is_no_answer_of_telnyx(status: int, answer: bytes) -> None:
    """A gateway's refusal means neither an unknown id nor a refused key, and may be gone at the next attempt."""
    error = error_of(status, answer=answer)

    assert (type(error), error.status, is_temporary(error)) == (IntermediaryError, status, True)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, NotFoundError),
        (401, KeyRejectedError),
        (403, KeyRejectedError),
        (404, NotFoundError),
        (422, NotFoundError),
    ],
)
@pytest.mark.parametrize("answer", TELNYX.values(), ids=TELNYX)
def test_what_telnyx_sent_is_its_answer(status: int, kind: type[TelnyxError], answer: bytes) -> None:
    """Its `errors` in any of its schemas, or no body."""
    assert type(error_of(status, answer=answer)) is kind


@pytest.mark.parametrize(
    ("error", "temporary"),
    [(UpstreamError(), True), (DeadlineExceededError(), False), (InvalidResponseError(status=200), True)],
    ids=["no connection", "too slow", "unreadable"],
)
def test_failures_without_a_status(error: TelnyxError, temporary: bool) -> None:  # noqa: FBT001
    """A lost connection and an answer that may have been cut short are retried; an exceeded deadline is not."""
    assert is_temporary(error) is temporary


@pytest.mark.parametrize(
    "answer", [b"", b"<html>Wilhelmina</html>", ERRORS, b'{"data": null}', b'{"data": "Wilhelmina']
)
def test_success_without_an_event_is_an_invalid_response(answer: bytes) -> None:
    """A success without an event is an error of its own, which quotes nothing of the answer."""
    error = error_of(200, answer=answer)

    assert (type(error), error.status) == (InvalidResponseError, 200)
    assert "Wilhelmina" not in "".join(traceback.format_exception(error))


def test_a_success_with_errors_keeps_their_code() -> None:
    """A 200 with errors instead of an event has Telnyx's code for the log."""
    assert error_of(200, answer=ERRORS).code == "10005"


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {}, None),
        (429, {"Retry-After": "3"}, 3.0),
        (429, {"retry-after": "0"}, 0.0),
        (503, {"Retry-After": "3"}, 3.0),
        (429, {"x-ratelimit-reset": "7"}, 7.0),
        (429, {"X-RateLimit-Reset": "7", "Retry-After": "3"}, 3.0),
        (429, {"X-RateLimit-Reset": "7", "Retry-After": ""}, 7.0),
        (503, {"x-ratelimit-reset": "7"}, None),
        (404, {"x-ratelimit-reset": "7"}, None),
        (429, {"Retry-After": "soon"}, None),
        (429, {"Retry-After": "-1"}, None),
        (429, {"Retry-After": "1.5"}, None),
        (429, {"Retry-After": "²"}, None),
        (429, {"Retry-After": "٣"}, None),
        (429, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        (429, {"Retry-After": "Wed, 21 Oct 2015 07:28:00"}, 0.0),
        (429, {"Retry-After": "Wed, 99 Oct 2015 07:28:00 GMT"}, None),
        (429, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 +99999999999999999999"}, None),
        (429, {"Retry-After": "9" * 400}, None),
    ],
)
def test_how_long_to_wait(status: int, headers: dict[str, str], seconds: float | None) -> None:
    """`Retry-After` decides, in seconds or as a date; else, for a 429 only, Telnyx's header; odd values are ignored."""
    assert error_of(status, headers).retry_after == seconds


def test_a_date_to_retry_at() -> None:
    """A date in the future is converted to the seconds until then."""
    at = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    seconds = error_of(429, {"Retry-After": at}).retry_after

    assert seconds is not None
    assert 3_000 < seconds <= 3_600


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b'{"errors": [{"code": "10005"}]}', "10005"),
        (b'{"errors": [{"code": 10005}]}', "10005"),
        (b'{"errors": [{"code": "10009"}, {"code": "10005"}]}', "10009"),
        (b'{"errors": [{"code": "404", "detail": {"any": "thing"}}]}', "404"),
        (b'{"errors": [{"detail": "Resource not found"}]}', None),
        (b'{"errors": [{"code": null}]}', None),
        (b'{"errors": [{"code": ["10005"]}]}', None),
        (b'{"errors": [{"code": "Wilhelmina Quartz"}]}', None),
        (b'{"errors": [{"code": "+13125550147"}]}', None),
        (b'{"errors": [{"code": "13125550147"}]}', None),
        (b'{"errors": []}', None),
        (b'{"errors": {"code": "10005"}}', "10005"),
        (b'{"errors": [{"code": "10005"}, "odd"]}', "10005"),
        (b'{"errors": null}', None),
        (b'{"message": "no"}', None),
        (b"[]", None),
        (b"", None),
        (b"<html>10005</html>", None),
        (b'{"errors": [{"code": "\xff"}]}', None),
        (b'{"errors": [{"detail": ' + b"[" * 100_000, None),
    ],
)
def test_the_code_of_an_error(answer: bytes, code: str | None) -> None:
    """Telnyx's code is used if there is one, and nothing that may be anything else than a code."""
    assert error_of(404, answer=answer).code == code


def test_every_failure_has_a_name_of_its_own() -> None:
    """Logs distinguish the failures."""
    kinds = get_args(AnyTelnyxError)

    assert len({kind.outcome for kind in kinds}) == len(kinds)
    assert set(TelnyxError.__subclasses__()) == set(kinds)


@pytest.mark.parametrize(
    ("remaining", "reset", "limit"),
    [
        ("299", "1", RateLimit(299, 1_001.0)),
        ("0", "60", RateLimit(0, 1_060.0)),
        (None, "60", None),
        ("0", None, None),
        ("-1", "60", None),
        ("1.5", "60", None),
        ("²²", "60", None),
        ("9" * 10_000, "60", None),
        ("0", "soon", None),
    ],
)
def test_the_rate_limit_of_an_answer(remaining: str | None, reset: str | None, limit: RateLimit | None) -> None:
    """What is left of it, and until when; nothing where Telnyx sends something else."""
    sent = {"X-RateLimit-Remaining": remaining, "X-RateLimit-Reset": reset}
    headers = CIMultiDict({name: value for name, value in sent.items() if value is not None})

    assert rate_limit_of(CIMultiDictProxy(headers), 1_000) == limit


headers = st.dictionaries(
    st.sampled_from(("Retry-After", "x-ratelimit-reset")),
    st.one_of(
        hostile_texts,
        st.integers().map(str),
        st.from_regex(r"\A\w{3}, \d{1,3} (Jan|Feb|Oct) \d{1,6} \d\d:\d\d:\d\d ([+-]\d{1,12}|GMT)\Z"),
    ),
)
answers = st.one_of(st.binary(max_size=50), event_data.map(body), st.just(ERRORS))


@examples(300)
@given(st.integers(100, 599), headers, answers)
def test_no_answer_is_left_unmapped(status: int, headers: dict[str, str], answer: bytes) -> None:
    """Whatever Telnyx answers, the result is an event or one of our errors."""
    try:
        event = decode_response(status, headers, answer, decode_event)
    except TelnyxError as error:
        assert isinstance(error, get_args(AnyTelnyxError))  # noqa: PT017
        assert error.retry_after is None or 0 <= error.retry_after < float("inf")  # noqa: PT017
    else:
        assert isinstance(event, get_args(PortoutEvent))
        assert 200 <= status < 300
