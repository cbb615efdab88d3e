"""The command line: `portout-bot run`, `portout-bot show UUID…`."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

from bot.logs import configure_logs
from bot.settings import Settings, SettingsError, TelnyxSettings, read_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 when all went well, 1 when it didn't, 2 when the settings or the arguments are wrong."""
    parser = argparse.ArgumentParser(prog="portout-bot", description="Turns a Telnyx port-out id into a decision.")
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("run", help="run the Slack app (the default)")
    show = commands.add_parser("show", help="print the cards of port-out events here")
    show.add_argument("text", nargs="+", metavar="UUID", help="event ids, in whatever form they were pasted")
    show.add_argument("--json", action="store_true", help="print the Slack message as Block Kit JSON")
    options = parser.parse_args(arguments)
    try:
        if options.command == "show":
            return _show(" ".join(options.text), as_json=options.json)
        return _run()
    except SettingsError as error:
        print("portout-bot cannot start:", *error.problems, sep="\n  ", file=sys.stderr)
        return 2


def _run() -> int:
    settings = read_settings(Settings, os.environ)
    configure_logs(settings.log_format or ("console" if sys.stdout.isatty() else "json"), settings.log_level)
    from bot.app import run  # noqa: PLC0415  `show` needs no Slack
    from bot.slack import SlackUnreachableError  # noqa: PLC0415

    try:
        asyncio.run(run(settings))
    except SlackUnreachableError as error:
        print(f"portout-bot cannot start: Slack's Web API does not answer ({error})", file=sys.stderr)
        return 1
    return 0


def _show(text: str, *, as_json: bool) -> int:
    settings = read_settings(TelnyxSettings, os.environ)
    from bot.show import show  # noqa: PLC0415  `run` needs no terminal

    return asyncio.run(show(settings, text, as_json=as_json))


if __name__ == "__main__":
    sys.exit(main())
