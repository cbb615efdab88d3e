"""Bolt at its least: one command that is only acknowledged. The bot's own cost comes on top of it."""

import os

from slack_bolt.async_app import AsyncAck, AsyncApp

app = AsyncApp(
    token=os.environ["SLACK_BOT_TOKEN"],
    signing_secret=os.environ["SLACK_SIGNING_SECRET"],
    process_before_response=True,
)
app.client.base_url = os.environ["SLACK_API_URL"]


@app.command("/portout-event")
async def portout_event(ack: AsyncAck) -> None:
    """Acknowledge with a short text."""
    await ack("Got it.")


if __name__ == "__main__":
    app.start(int(os.environ["PORT"]), host=os.environ["HOST"])
