"""The channels of the page, the people one can be there, and the bot's settings about both."""

from typing import Final

from msgspec import Struct

from sandbox.slack.workspace import BOT_USER_ID, TEAM_ID


class Channel(Struct, frozen=True):
    """A channel. about: what happens in it."""

    name: str
    about: str


class Person(Struct, frozen=True):
    """Somebody in the channels. role: what they may do, in a few words. team: the workspace they come from."""

    id: str
    name: str
    role: str
    team: str = TEAM_ID

    @property
    def is_outsider(self) -> bool:
        """Return whether this person belongs to another company."""
        return self.team != TEAM_ID


WATCH: Final = "C0WATCH"
"""The channel in which port-outs announce themselves."""

ALERTS: Final = "C0ALERTS"
"""The channel that the bot listens to."""

# All are shared with another company (Slack Connect), so that its people can be in them.
CHANNELS: Final = {
    WATCH: Channel(
        "port-outs",
        "Nobody asks here: the bot watches Telnyx. Each port-out gets one message, which always shows what holds now, "
        "and whose thread has what happened. While it waits for an answer, the bot calls @number-guards, and reminds "
        "after 12, 20 and 24 hours. Let something happen under At Telnyx.",
    ),
    ALERTS: Channel(
        "port-out-alerts",
        "Here a monitoring tool posts what Telnyx tells it, and people paste what they wonder about. The bot answers "
        "alerts in their threads, for everybody, and those who ask, for them alone. People of another company are in "
        "this channel, too.",
    ),
    "C0DESK": Channel(
        "porting-desk",
        "This channel is not in ALERT_CHANNELS, and people of another company are in it. The bot does not answer "
        "alerts here, shows no port-out to who mentions it, and asks before it posts a card. Commands and the "
        "shortcut work.",
    ),
}

MEMBER: Final = Person("U0ALICE", "Alice", "may see everything")
PEOPLE: Final = {
    person.id: person
    for person in (
        MEMBER,
        Person("U0CAROL", "Carol", "without details"),
        Person("U0BOB", "Bob", "not allowed"),
        Person("U0DAVE", "Dave", "of another company", team="T0PARTNER"),
    )
}

_GUARDS: Final = "S0GUARDS"
"""The user group that the bot calls."""

NAMES: Final = {BOT_USER_ID: "Port-out", _GUARDS: "number-guards"} | {one.id: one.name for one in PEOPLE.values()}
"""The names of those who can be mentioned, by id."""

SETTINGS: Final = {
    "ALERT_CHANNELS": ALERTS,
    "ALLOWED_USERS": "U0ALICE,U0CAROL",
    "DETAIL_USERS": "U0ALICE",
    "WATCH_CHANNEL": WATCH,
    "WATCH_MENTION": _GUARDS,
    # Webhooks are quicker still; what no webhook is about is seen by the tenth cycle.
    "WATCH_SECONDS": "5",
}
"""The bot's variables that make the channels and the people what they are."""
