"""Try the bot in a terminal: `/portout-event <id>` for every sample event, and every other surface, with the cards.

The bot runs in a process of its own, as in production, and gets signed requests through its HTTP port. `make
demo-text` ends with exit code 1 if an answer is not as expected.
"""

import argparse
import asyncio
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp

from sandbox import faults
from sandbox.bot_process import BotProcess, bot_variables
from sandbox.demo.scripted_user import REFERENCE, ScriptedUser
from sandbox.serve import serve
from sandbox.slack.server import SlackSandbox
from sandbox.telnyx.orders import APPROVED
from sandbox.telnyx.samples import samples
from sandbox.telnyx.server import TelnyxSandbox

UNKNOWN_ID = "3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b4a"
FAILING_ID = "00000000-0000-4000-8000-000000000503"
EXPECTED_LOOKUPS = {
    "command": 32,
    "shortcut": 1,
    "post": 1,
    "mention": 1,
    "alert": 6,
    "details": 1,
    "refresh": 1,
    "home": 2,
}
SLOW_ID = "00000000-0000-4000-8000-000000003000"


async def main(options: argparse.Namespace) -> int:
    """Run the demo, or send one command to a bot that an earlier `--keep` left running; returns the exit code."""
    slack, telnyx = SlackSandbox(), TelnyxSandbox(samples(datetime.now(UTC)))
    async with aiohttp.ClientSession() as session, serve(slack.app()) as slack_url, serve(telnyx.app()) as telnyx_url:
        if options.to:
            user = ScriptedUser(session, slack, slack_url, options.to)
            await user.command(" ".join(options.text), "sent")
            return _report(user)
        bot = BotProcess(bot_variables(slack, slack_url, telnyx, telnyx_url) | {"ALERT_CHANNELS": "C0ALERTS"})
        try:
            await bot.start()
            user = ScriptedUser(session, slack, slack_url, bot.url)
            await _try_commands(user, telnyx)
            await user.open_home(["3 wait for your answer", "1 leaves"])
            await user.check_metrics(EXPECTED_LOOKUPS)
            if options.keep:
                await _keep_running(bot.url, telnyx)
            if code := await bot.stop():
                user.mistakes.append(f"the bot ended with exit code {code}")
        finally:
            await bot.kill()
    return _report(user)


async def _try_commands(user: ScriptedUser, telnyx: TelnyxSandbox) -> None:
    known = telnyx.samples.names
    for name, event_id in known.items():
        await user.command(event_id, name, [event_id])
    await user.command(APPROVED, "the id of an order", [APPROVED, "Last events"])
    await user.command(UNKNOWN_ID, "an id that Telnyx does not know", ["No port-out has this id", REFERENCE])
    telnyx.script.always(faults.status(503), key=FAILING_ID)
    await user.command(FAILING_ID, "Telnyx answers 503", ["Telnyx is failing", REFERENCE])
    telnyx.script.always(faults.slow(3), key=SLOW_ID)
    telnyx.samples.events[SLOW_ID] = telnyx.samples.events[known["pending"]] | {"id": SLOW_ID}
    await user.command(SLOW_ID, "Telnyx takes 3 s", ["Waiting for your answer", SLOW_ID])
    five = list(known.values())[:5]
    await user.command(" ".join(five), "five at once", five)
    await user.command("the one from this morning", "no id", ["No port-out id, key or number in what you typed"])
    await _try_references(user)
    field = {"title": "Event", "value": f"`{known['rejected']}`", "short": False}
    alert = {"type": "message", "bot_id": "B0MONITOR", "ts": "1790000000.000001", "attachments": [{"fields": [field]}]}
    await user.pick_shortcut(alert, "on an alert whose id is in an attachment", ["Octavia Fennimore"], posted="O. F.")
    await _try_channel(user, known)


async def _try_references(user: ScriptedUser) -> None:
    """Find port-outs by what people have instead of an id, and list what waits."""
    # By another person: one may make 30 requests a minute.
    await user.command("PO_4bb39f", "a support key", ["Wilhelmina Quartz"], user="U0DANA")
    await user.command("(312) 555-0142", "a phone number", ["Wilhelmina Quartz"], user="U0DANA")
    await user.command("pending", "what waits", ["3 port-outs wait for your answer"], user="U0DANA")


async def _try_channel(user: ScriptedUser, known: Mapping[str, str]) -> None:
    """Mention the bot in a thread, post four alerts, edit the third, and press the buttons of the fourth."""
    post = {"channel": "C0ALERTS", "ts": "1790000001.1", "event_ts": "1790000001.1", "thread_ts": "1790000000.1"}
    mention = post | {"type": "app_mention", "user": "U0ALICE", "text": f"<@U0BOT> {known['ported']}"}
    await user.deliver(mention, f"@Port-out {known['ported']}", "a mention in a thread", ["Ported"])

    posted: dict[str, Any] = {"type": "message", "bot_id": "B0MONITOR", "channel": "C0ALERTS"}
    first = posted | {"ts": "1790000002.1", "event_ts": "1790000002.1", "text": f"Port-out event {known['canceled']}"}
    await user.deliver(first, "(a monitoring tool posts)", "an alert whose text has the id", ["Canceled"])
    field = {"title": "Event", "value": known["FOC date changed"], "short": False}
    second = posted | {"ts": "1790000003.1", "event_ts": "1790000003.1", "attachments": [{"fields": [field]}]}
    await user.deliver(second, "(a monitoring tool posts)", "an alert whose attachment has it", ["FOC date moved"])
    third = posted | {"ts": "1790000004.1", "event_ts": "1790000004.1", "text": f"Port-out: {known['authorized']}"}
    await user.deliver(third, "(a monitoring tool posts)", "an alert with one id", ["Authorized"])
    after = third | {"text": f"Port-outs: {known['authorized']}, {known['new comment']}"}
    edit: dict[str, Any] = {"type": "message", "subtype": "message_changed", "channel": "C0ALERTS"}
    edit |= {"ts": "1790000005.1", "event_ts": "1790000005.1", "message": after, "previous_message": third}
    await user.deliver(
        edit, "(a monitoring tool edits it)", "the same reply, changed", ["2 port-out ids", "new comment"]
    )

    fourth = posted | {
        "ts": "1790000006.1",
        "event_ts": "1790000006.1",
        "text": f"Port-out: {known['rejected-pending']}",
    }
    await user.deliver(
        fourth, "(a monitoring tool posts)", "an alert whose buttons are pressed", ["Rejection under review"]
    )
    await user.press_buttons(
        "C0ALERTS", "the alert's card", ["Barnaby Thistlewick"], ["Telnyx staff", "called the customer"]
    )


async def _keep_running(bot_url: str, telnyx: TelnyxSandbox) -> None:
    print(f"The bot is at {bot_url}. Send it more from another terminal:\n")
    for name, event_id in telnyx.samples.names.items():
        print(f"  .venv/bin/python -m sandbox.demo --to {bot_url} {event_id}   # {name}")
    print("\nCtrl-C ends it.", flush=True)
    await asyncio.Event().wait()


def _report(user: ScriptedUser) -> int:
    for mistake in user.mistakes:
        print(f"WRONG: {mistake}", file=sys.stderr)
    return 1 if user.mistakes else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="leave the bot running at the end")
    parser.add_argument("--to", metavar="URL", help="send one command to a bot that is running")
    parser.add_argument("text", nargs="*", help="what to type after /portout-event")
    # The bot ends with the demo, whichever signal ends the demo.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        sys.exit(asyncio.run(main(parser.parse_args())))
    except KeyboardInterrupt:
        sys.exit(0)
