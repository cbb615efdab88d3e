"""Whose origin makes them an outsider."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portout.access.origin import Origin, SlackUser
from portout.access.policy import AccessPolicy
from portout.slack.client import Identity

OWN = ("T0OURS", "E0ORG", "T0APPROVED", "T0PARTNER", "E0PARTNER")
FOREIGN = st.from_regex(r"[TE][A-Z0-9]{1,10}", fullmatch=True).filter(lambda team_id: team_id not in OWN)


def policy(enterprise_id: str | None) -> AccessPolicy:
    """Return the policy of a bot in an organisation, or in a workspace alone."""
    identity = Identity("T0OURS", enterprise_id, "B0BOT", "U0BOT", frozenset({"T0APPROVED"}))
    return AccessPolicy(identity, frozenset({"T0PARTNER", "E0PARTNER"}), frozenset(), frozenset())


def is_outsider(*team_ids: str, is_members_only: bool, enterprise_id: str | None = "E0ORG") -> bool:
    """Return whether somebody of these teams is an outsider."""
    user = SlackUser("U0ALICE", Origin(frozenset(team_ids), is_members_only))
    return policy(enterprise_id).is_outsider(user)


@pytest.mark.parametrize(("team_id", "is_members_only"), [*product(OWN, [True, False])])
def test_who_is_of_our_own_is_no_outsider(team_id: str, *, is_members_only: bool) -> None:
    """The workspace, the organisation, those that an installation is approved for, and the trusted ones."""
    assert not is_outsider(team_id, is_members_only=is_members_only)
    assert not is_outsider(team_id, "T0ELSEWHERE", is_members_only=is_members_only)


@given(st.frozensets(FOREIGN), st.sampled_from([None, "E0ORG"]))
def test_where_strangers_may_be_who_is_not_known_is_one(team_ids: frozenset[str], enterprise_id: str | None) -> None:
    """Return whether Slack names another company, or nothing."""
    assert is_outsider(*team_ids, is_members_only=False, enterprise_id=enterprise_id)


@pytest.mark.parametrize(
    ("team_ids", "enterprise_id", "expected"),
    [
        ((), None, False),
        ((), "E0ORG", False),
        (("T0ELSEWHERE",), "E0ORG", False),
        (("T0ELSEWHERE",), None, True),
        (("E0ELSEWHERE",), "E0ORG", True),
        (("T0ELSEWHERE", "E0ELSEWHERE"), "E0ORG", True),
    ],
)
def test_where_only_members_may_be(team_ids: tuple[str, ...], enterprise_id: str | None, *, expected: bool) -> None:
    """Another workspace is one of our organisation, if we are in one; another organisation is never ours."""
    assert is_outsider(*team_ids, is_members_only=True, enterprise_id=enterprise_id) == expected
