"""The invented Slack workspace: its ids, and its secrets, which open nothing real."""

from typing import Final

from msgspec import Struct

BOT_TOKEN: Final = "xoxb-sandbox"
APP_TOKEN: Final = "xapp-sandbox"
CONFIG_TOKEN: Final = "xoxe.xoxp-sandbox"
SIGNING_SECRET: Final = "5a4db0c5160a4d0ebc5160a0c5a4db05"
VERIFICATION_TOKEN: Final = "sandbox-verification-token"  # deprecated, yet in everything Slack sends

TEAM_ID: Final = "T0SANDBOX"
TEAM_DOMAIN: Final = "sandbox"
APP_ID: Final = "A0SANDBOX"
BOT_ID: Final = "B0BOT"
BOT_USER_ID: Final = "U0BOT"

KEY_PREFIX: Final = f"portout:{TEAM_ID}:{BOT_ID}:"
"""With which the bot's keys in Redis begin."""


class Installation(Struct, frozen=True):
    """Where the app is installed: in the workspace, or in the whole organisation that it is part of (Enterprise Grid).

    Its fields are those of auth.test, but workspaces: those that an organisation-wide installation is approved for. In
    such an installation team_id is the organisation's id, too.
    """

    team_id: str = TEAM_ID
    enterprise_id: str | None = None
    is_enterprise_install: bool = False
    workspaces: tuple[str, ...] = (TEAM_ID,)
