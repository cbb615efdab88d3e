"""The rules for who may look up, and who may see numbers and names in full."""

from msgspec import Struct

from portout.access.origin import SlackUser
from portout.cards.audience import Audience
from portout.slack.client import Identity


class AccessPolicy(Struct, frozen=True):
    """The access rules.

    trusted: further workspaces and organisations whose people count as our own. allowed, detailed: user ids; the
    methods explain an empty set.
    """

    identity: Identity
    trusted: frozenset[str]
    allowed: frozenset[str]
    detailed: frozenset[str]

    def is_outsider(self, user: SlackUser) -> bool:
        """Return whether a person or an app belongs to another company.

        Who is of unknown origin does, unless Slack lets only members be there. Members of another workspace than ours
        exist only in an organisation, and never in another organisation's.
        """
        ids = user.origin.team_ids
        if any(self._is_own(team_id) for team_id in ids):
            return False
        if not user.origin.is_members_only:
            return True
        return bool(ids) and (not self.identity.enterprise_id or any(team_id.startswith("E") for team_id in ids))

    def may_look_up(self, user: SlackUser) -> bool:
        """Return whether a user may look up: those in `allowed`, or every member if it is empty; never an outsider.

        `allowed` lists people: it does not apply to an app without a user.
        """
        return not self.is_outsider(user) and (user.is_app or not self.allowed or user.id in self.allowed)

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

    def _is_own(self, team_id: str) -> bool:
        identity = self.identity
        return (
            team_id in (identity.team_id, identity.enterprise_id)
            or team_id in identity.workspaces
            or team_id in self.trusted
        )
