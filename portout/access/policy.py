"""The rules for who may look up, and who may see numbers and names in full."""

from msgspec import Struct

from portout.cards.audience import Audience
from portout.slack.client import Identity
from portout.slack.payloads import PostedMessage


class SlackUser(Struct, frozen=True):
    """A user in Slack. team_id: their workspace or organisation; None where Slack's payload does not name it."""

    id: str
    team_id: str | None = None


class AccessPolicy(Struct, frozen=True):
    """The access rules. allowed, detailed: user ids; the methods explain an empty set."""

    identity: Identity
    allowed: frozenset[str]
    detailed: frozenset[str]

    def is_outsider(self, user: SlackUser) -> bool:
        """Return whether a user belongs to another company; an unknown team counts as our own."""
        return user.team_id is not None and user.team_id not in (self.identity.team_id, self.identity.enterprise_id)

    def may_look_up(self, user: SlackUser) -> bool:
        """Return whether a user may look up: those in `allowed`, or every member if it is empty; never an outsider."""
        return not self.is_outsider(user) and (not self.allowed or user.id in self.allowed)

    def may_see_details(self, user: SlackUser) -> bool:
        """Return whether a user may see in full what a channel sees masked.

        Those in `detailed` may, or whoever may look up if it is empty; never an outsider.
        """
        if not self.detailed:
            return self.may_look_up(user)
        return not self.is_outsider(user) and user.id in self.detailed

    def private_audience(self, user: SlackUser) -> Audience:
        """Return the audience of a message that only this user sees."""
        return Audience.PRIVATE if self.may_see_details(user) else Audience.PRIVATE_MASKED


def author(message: PostedMessage) -> SlackUser | None:
    """Return the user who wrote a message; None for an app."""
    if message.bot_id or not message.user:
        return None
    return SlackUser(message.user, message.user_team)
