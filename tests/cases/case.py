"""A case: what Telnyx knows, what Slack sends step by step, and what must hold afterwards. Read from a JSON file."""

from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from sandbox.slack.workspace import APP_ID, BOT_ID, BOT_USER_ID, TEAM_ID, Installation

FOLDER: Final = Path(__file__).parent / "slack"

# The ids that the cases use, and the stand-in's.
_SANDBOX_IDS: Final = {"T0RIG": TEAM_ID, "A0RIG": APP_ID, "U0BOT": BOT_USER_ID, "B0BOT": BOT_ID}


class Account(Struct, frozen=True, forbid_unknown_fields=True):
    """What exists at Telnyx, each as under `data` in its answers."""

    events: list[dict[str, Any]] = []
    orders: list[dict[str, Any]] = []


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """An answer of Slack in the place of its usual one. body: JSON."""

    status: int = 200
    headers: dict[str, str] = {}
    body: Any = {}


class Shortcut(Struct, frozen=True, forbid_unknown_fields=True):
    """A message shortcut, on `message`. user: fields of the payload's user. more: fields of the payload."""

    message: dict[str, Any]
    user: dict[str, Any] = {}
    more: dict[str, Any] = {}


class Press(Struct, frozen=True, forbid_unknown_fields=True):
    """A press of the button `action_id` on the latest card that has one. user, more: as for a shortcut."""

    action_id: str
    user: dict[str, Any] = {}
    more: dict[str, Any] = {}


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that happens, which is the one field that is set.

    event: of the Events API; ext_shared: in a channel that is shared with another company. command: fields of its form.
    raw: a whole JSON body. wait: seconds that pass. expire: the shared ledger has forgotten everything. settle: the
    seconds within which all that follows from this step must be done.
    """

    event: dict[str, Any] | None = None
    ext_shared: bool = False
    shortcut: Shortcut | None = None
    command: dict[str, str] | None = None
    press: Press | None = None
    raw: dict[str, Any] | None = None
    wait: float | None = None
    expire: bool = False
    settle: float = 10


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """What must hold after the last step; None for what the case says nothing of.

    status: the HTTP answer to each step that is a request. shown, not_shown: texts in anything sent or answered.
    at_most: how often the blocks of one message may say a text. posts, updates, deleted: messages posted, changed and
    deleted. replies: private answers that arrived by a response_url. at_root: posts left outside their thread. asked:
    ids of events that Telnyx must be asked for. reply_thread_ts, whisper_thread_ts: those of the private answers by a
    response_url, and by chat.postEphemeral. logged, not_logged: texts in the log.
    """

    status: list[int] | None = None
    shown: list[str] = []
    not_shown: list[str] = []
    at_most: dict[str, int] = {}
    posts: int | None = None
    updates: int | None = None
    deleted: int | None = None
    replies: int | None = None
    at_root: int | None = None
    asked: list[str] = []
    reply_thread_ts: list[str | None] | None = None
    whisper_thread_ts: list[str | None] | None = None
    logged: list[str] = []
    not_logged: list[str] = []


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    """A situation. source: where its kind was reported.

    auth_test: where the bot is installed. faults: answers of Slack's methods, and of response URLs, in order. gone: the
    ts of messages that were deleted before the first step. redis: the ledger is shared.
    """

    title: str
    steps: list[Step]
    expect: Expected
    source: list[str] = []
    telnyx: Account = Account()
    auth_test: Installation = Installation()
    faults: dict[str, list[Answer]] = {}
    gone: list[str] = []
    redis: bool = False


def read_case(path: Path) -> Case:
    """Return the case in a file, with the ids of the stand-in's workspace."""
    text = path.read_text(encoding="utf-8")
    for case_id, sandbox_id in _SANDBOX_IDS.items():
        text = text.replace(case_id, sandbox_id)
    return msgspec.json.decode(text, type=Case)
