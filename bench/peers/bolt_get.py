"""Bolt and bare GETs: the event, and its order if it names one, then a short text. No more is possible for less."""

import json
import os
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp

app = AsyncApp(
    token=os.environ["SLACK_BOT_TOKEN"],
    signing_secret=os.environ["SLACK_SIGNING_SECRET"],
    process_before_response=True,
)
app.client.base_url = os.environ["SLACK_API_URL"]
sessions: list[aiohttp.ClientSession] = []


async def get(path: str) -> Any:
    """Fetch a resource of Telnyx over one session, which is opened by the first call."""
    if not sessions:
        headers = {"Authorization": f"Bearer {os.environ['TELNYX_API_KEY']}", "Accept": "application/json"}
        sessions.append(aiohttp.ClientSession(headers=headers, cookie_jar=aiohttp.DummyCookieJar()))
    async with sessions[0].get(f"{os.environ['TELNYX_BASE_URL']}/{path}") as response:
        return json.loads(await response.read())["data"]


@app.command("/portout-event")
async def portout_event(ack: AsyncAck, command: Mapping[str, str]) -> None:
    """Fetch the event and its order, and acknowledge with a short text."""
    event = await get(f"portouts/events/{command['text']}")
    if event["portout_id"]:
        await get(f"portouts/{event['portout_id']}")
    await ack("Got it.")


if __name__ == "__main__":
    app.start(int(os.environ["PORT"]), host=os.environ["HOST"])
