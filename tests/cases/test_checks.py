"""The runner takes every kind of step, and every expectation can hold and can fail."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from sandbox.telnyx.samples import Samples
from tests.cases.case import Case, Expected
from tests.cases.checks import problems
from tests.cases.runner import run_case
from tests.conftest import Environment

ALERT = {"channel": "C0ALERTS", "channel_type": "channel", "user": "U0BOB", "ts": "1795000000.000100"}


def case_of(account: Samples, steps: list[dict[str, Any]], expect: dict[str, Any], **more: Any) -> Case:
    """A case with the samples at Telnyx."""
    telnyx = {"events": list(account.events.values()), "orders": list(account.orders.values())}
    return msgspec.convert({"title": "", "telnyx": telnyx, "steps": steps, "expect": expect, **more}, Case)


def message(subtype: str | None, event_ts: str, **more: Any) -> dict[str, Any]:
    """A step: something happens to the alert."""
    kind = {"subtype": subtype} if subtype else {}
    return {"event": {"type": "message", **kind, "event_ts": event_ts, **ALERT, **more}}


async def test_what_happens_to_messages_is_counted(environment: Environment, log_text: Callable[[], str]) -> None:
    """An alert is posted, edited and deleted, and its reply with it; a mention is answered privately."""
    account = environment.telnyx.samples
    first, second = account.names["pending"], account.names["ported"]
    mention = {"type": "app_mention", "channel": "C0DESK", "user": "U0BOB", "text": f"<@U0BOT> {first}"}
    steps = [
        {"event": {**mention, "ts": "1795000000.000300", "thread_ts": "1795000000.000200"}},
        message(None, "1795000000.000100", text=first),
        message("message_changed", "1795000000.000400", message={**ALERT, "text": second}),
        message("message_deleted", "1795000000.000500", previous_message={**ALERT, "text": second}),
        {"wait": 0},
    ]
    expect = {
        "status": [200] * 4,
        "posts": 1,
        "updates": 1,
        "deleted": 1,
        "whisper_thread_ts": ["1795000000.000200"],
        "shown": ["Not posted"],
        "asked": [first, second],
        "logged": ["mention.not_placed"],
    }
    refusal = {"body": {"ok": False, "error": "restricted_action"}}
    case = case_of(account, steps, expect, faults={"chat.postMessage": [refusal]})

    transcript = await run_case(case, environment)

    assert problems(case.expect, environment, transcript, log_text()) == []


async def test_a_shared_ledger_can_be_made_to_forget(environment: Environment) -> None:
    """The second press within 2 s is the same one until then, and another one after."""
    account = environment.telnyx.samples
    press: dict[str, Any] = {"press": {"action_id": "refresh"}}
    steps = [{"command": {"text": account.names["pending"]}}, press, press, {"expire": True}, press]
    case = case_of(account, steps, {"replies": 2, "reply_thread_ts": [None, None]}, redis=True)

    transcript = await run_case(case, environment)

    assert problems(case.expect, environment, transcript, "") == []


async def test_a_post_outside_its_thread_is_found(environment: Environment) -> None:
    """As long as it stands there."""
    channels = environment.slack.channels
    channels.strays.append("1.0")
    case = case_of(environment.telnyx.samples, [], {"at_root": 0})
    transcript = await run_case(case, environment)
    assert problems(case.expect, environment, transcript, "") == []

    channels.messages["C0DESK"].append({"ts": "1.0", "thread_ts": None})

    assert problems(case.expect, environment, transcript, "") == ["at_root: 1 instead of 0"]


async def test_every_expectation_can_fail(environment: Environment, log_text: Callable[[], str]) -> None:
    """Each is reported under its name, once a case has run that holds none of them."""
    account = environment.telnyx.samples
    expect = {
        "status": [500],
        "shown": ["Marrowdale Telecom"],
        "not_shown": ["Orchid Wireless"],
        "at_most": {"Orchid Wireless": 0},
        "asked": ["no such id"],
        "reply_thread_ts": ["1.0"],
        "whisper_thread_ts": ["1.0"],
        "logged": ["no such event"],
        "not_logged": ["audit.shown"],
        **dict.fromkeys(("posts", "updates", "deleted", "replies", "at_root"), 1),
    }
    case = case_of(account, [{"command": {"text": account.names["pending"]}}], expect)

    transcript = await run_case(case, environment)

    found = problems(case.expect, environment, transcript, log_text())
    assert {problem.partition(":")[0] for problem in found} == set(Expected.__struct_fields__)


async def test_a_button_that_no_card_has_cannot_be_pressed(environment: Environment) -> None:
    """That is an error of the case, not an expectation that fails."""
    case = case_of(environment.telnyx.samples, [{"press": {"action_id": "refresh"}}], {})

    with pytest.raises(LookupError, match="no card has the button refresh"):
        await run_case(case, environment)


def test_a_misspelled_expectation_is_refused() -> None:
    """It would hold for ever."""
    with pytest.raises(msgspec.ValidationError, match="replys"):
        msgspec.convert({"replys": 1}, Expected)
