"""The same command as the documentation of Bolt and of Telnyx's SDK shows it: `ack`, SDK, block models, `respond`.

Bolt's default mode; the event, then its order; one card.
"""

import os
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from telnyx import AsyncTelnyx

from bench.peers.card import facts_of, model_card

app = AsyncApp(token=os.environ["SLACK_BOT_TOKEN"], signing_secret=os.environ["SLACK_SIGNING_SECRET"])
app.client.base_url = os.environ["SLACK_API_URL"]
telnyx = AsyncTelnyx(api_key=os.environ["TELNYX_API_KEY"], base_url=os.environ["TELNYX_BASE_URL"])


@app.command("/portout-event")
async def portout_event(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond) -> None:
    """Acknowledge, fetch, and answer."""
    await ack()
    event = (await telnyx.portouts.events.retrieve(command["text"])).data
    order = (await telnyx.portouts.retrieve(event.portout_id)).data if event and event.portout_id else None
    await respond(text="Waiting for your answer", blocks=model_card(facts_of(event, order)))


if __name__ == "__main__":
    app.start(int(os.environ["PORT"]), host=os.environ["HOST"])
