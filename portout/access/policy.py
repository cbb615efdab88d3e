"""Who may look up, and who may see numbers and names in full."""

from msgspec import Struct

from portout.slack.client import Identity
from portout.slack.payloads import Posted


class SlackUser(Struct, frozen=True):
    """Somebody in Slack. team_id: where they belong, as far as Slack says so."""

    id: str
    team_id: str | None = None


class AccessPolicy(Struct, frozen=True):
    """Who may do what. allowed, detailed: user ids; where a list is empty, see below."""

    identity: Identity
    allowed: frozenset[str]
    detailed: frozenset[str]

    def is_outsider(self, user: SlackUser) -> bool:
        """Whether somebody is of another company."""
        return user.team_id is not None and user.team_id not in (self.identity.team_id, self.identity.enterprise_id)

    def may_look_up(self, user: SlackUser) -> bool:
        """Whether somebody may look up: those who are listed, or every member where nobody is."""
        return not self.is_outsider(user) and (not self.allowed or user.id in self.allowed)

    def may_see_details(self, user: SlackUser) -> bool:
        """Whether somebody may see in full what a channel sees masked: those listed, or whoever may look up."""
        if not self.detailed:
            return self.may_look_up(user)
        return not self.is_outsider(user) and user.id in self.detailed


def author(message: Posted) -> SlackUser | None:
    """Tell who wrote a message; None for apps."""
    if message.bot_id or not message.user:
        return None
    return SlackUser(message.user, message.user_team)
