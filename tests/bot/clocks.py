"""A Slack whose clock differs from this machine's."""

import time
from email.utils import formatdate

from sandbox import faults
from sandbox.faults import Fault
from tests.conftest import Environment


def auth_test_at(environment: Environment, seconds: int) -> Fault:
    """Answer `auth.test` as Slack would `seconds` from now."""
    body = b'{"ok": true, "team": "T", "team_id": "T0SANDBOX", "user": "b", "user_id": "U0BOT", "bot_id": "B0BOT"}'
    date, scopes = formatdate(time.time() + seconds, usegmt=True), ",".join(environment.slack.scopes)
    return faults.status(200, {"Date": date, "x-oauth-scopes": scopes}, body)
