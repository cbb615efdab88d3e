"""The stand-in's Home tabs: one for each person, with at most a hundred blocks; and modals that are put on others."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.serve import serve
from sandbox.slack.modals import trigger_id
from sandbox.slack.server import SlackSandbox

HOME: dict[str, Any] = {"type": "home", "blocks": []}
MODAL: dict[str, Any] = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": []}
BLOCK: dict[str, Any] = {"type": "divider"}


async def test_each_person_has_a_home_tab_which_keeps_its_id() -> None:
    """What is published later takes the place of what was before, for this person."""
    slack = SlackSandbox()
    async with serve(slack.app()) as url:
        client = AsyncWebClient(slack.bot_token, base_url=f"{url}/api/")
        first = await client.views_publish(user_id="U0ALICE", view=HOME)
        await client.views_publish(user_id="U0BOB", view=HOME)
        await client.views_publish(user_id="U0ALICE", view={"type": "home", "blocks": [BLOCK]})

    assert {user: view["blocks"] for user, view in slack.home_tabs.views.items()} == {"U0ALICE": [BLOCK], "U0BOB": []}
    assert slack.home_tabs.views["U0ALICE"]["id"] == first["view"]["id"]


@pytest.mark.parametrize(
    ("view", "fields", "error"),
    [
        ({"type": "home", "blocks": [BLOCK] * 101}, {}, "invalid_arguments"),
        (MODAL, {}, "invalid_arguments"),
        (HOME, {"hash": "of-before"}, "hash_conflict"),
    ],
    ids=["too many blocks", "a modal", "another has published"],
)
async def test_what_does_not_fit_is_not_published(view: dict[str, Any], fields: dict[str, str], error: str) -> None:
    """At most 100 blocks, of a Home tab; with the hash of what is there, if one is given."""
    slack = SlackSandbox()
    async with serve(slack.app()) as url:
        client = AsyncWebClient(slack.bot_token, base_url=f"{url}/api/")
        with pytest.raises(SlackApiError) as refused:
            await client.views_publish(user_id="U0ALICE", view=view, **fields)

    assert refused.value.response["error"] == error
    assert slack.home_tabs.views == {}


async def test_at_most_three_modals_lie_on_one_another() -> None:
    """Each is put there by a press in the one below."""
    slack = SlackSandbox()
    async with serve(slack.app()) as url:
        client = AsyncWebClient(slack.bot_token, base_url=f"{url}/api/")
        with pytest.raises(SlackApiError) as refused:
            await client.views_push(trigger_id=trigger_id(), view=MODAL)
        assert refused.value.response["error"] == "not_found"
        top = (await client.views_open(trigger_id=trigger_id(), view=MODAL))["view"]["id"]
        for _ in range(2):
            top = (await client.views_push(trigger_id=trigger_id(modal=top), view=MODAL))["view"]["id"]
        with pytest.raises(SlackApiError) as refused:
            await client.views_push(trigger_id=trigger_id(modal=top), view=MODAL)

    assert refused.value.response["error"] == "push_limit_reached"
    assert len(slack.modals.views) == 3
