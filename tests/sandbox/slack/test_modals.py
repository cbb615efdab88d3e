"""The stand-in's modals: opened by a trigger id that is valid once and for 3 s, updated by their id."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.serve import serve
from sandbox.slack.modals import trigger_id
from sandbox.slack.server import SlackSandbox

VIEW: dict[str, Any] = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": []}


async def test_a_modal_is_opened_once_and_updated_by_its_id() -> None:
    """The answer names the id; a later view takes the place of the first."""
    slack = SlackSandbox()
    async with serve(slack.app()) as url:
        client = AsyncWebClient(slack.bot_token, base_url=f"{url}/api/")
        opened = await client.views_open(trigger_id=trigger_id(), view=VIEW)
        await client.views_update(view_id=opened["view"]["id"], view=VIEW | {"callback_id": "y"})

    assert slack.modals.views == {opened["view"]["id"]: VIEW | {"callback_id": "y"}}


@pytest.mark.parametrize(("age", "times", "error"), [(4, 1, "expired_trigger_id"), (0, 2, "exchanged_trigger_id")])
async def test_a_trigger_is_good_once_and_not_for_long(age: float, times: int, error: str) -> None:
    """Too late, or used already."""
    slack, trigger = SlackSandbox(), trigger_id(age=age)
    async with serve(slack.app()) as url:
        client = AsyncWebClient(slack.bot_token, base_url=f"{url}/api/")
        for _ in range(times - 1):
            await client.views_open(trigger_id=trigger, view=VIEW)
        with pytest.raises(SlackApiError) as refused:
            await client.views_open(trigger_id=trigger, view=VIEW)

    assert refused.value.response["error"] == error


async def test_a_modal_that_is_not_open_cannot_be_updated() -> None:
    """The person may have closed it."""
    slack = SlackSandbox()
    async with serve(slack.app()) as url:
        client = AsyncWebClient(slack.bot_token, base_url=f"{url}/api/")
        with pytest.raises(SlackApiError) as refused:
            await client.views_update(view_id="V1", view=VIEW)

    assert refused.value.response["error"] == "not_found"


async def test_an_ephemeral_message_is_seen_by_one_person() -> None:
    """It is kept apart from what everybody sees."""
    slack = SlackSandbox()
    async with serve(slack.app()) as url:
        client = AsyncWebClient(slack.bot_token, base_url=f"{url}/api/")
        await client.chat_postEphemeral(channel="C0DESK", user="U0ALICE", text="psst", thread_ts="1.1")

    (message,) = slack.channels.ephemeral_messages
    assert (message["user"], message["thread_ts"], message["text"]) == ("U0ALICE", "1.1", "psst")
    assert slack.channels.messages["C0DESK"] == []
