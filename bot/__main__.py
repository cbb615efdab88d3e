"""The command line: `portout-bot run`, `show WHAT…`, `check` and `manifest`."""

import argparse
import gc
import json
import os
import sys
from collections.abc import Sequence

from bot import __version__
from bot.process import exit_on_signals, hidden, leave, printing, run_async


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code: 0 for success, 1 for a failure, 2 for wrong settings or arguments."""
    parser = argparse.ArgumentParser(prog="portout-bot", description="Turns a Telnyx port-out id into a decision.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("run", help="run the Slack app (the default)")
    show = commands.add_parser("show", help="print the cards of port-outs here")
    show.add_argument("text", nargs="+", metavar="WHAT", help="keys (PO_...), phone numbers, ids, pon PON; or pending")
    show.add_argument("--json", action="store_true", help="print the Slack message as Block Kit JSON")
    check = commands.add_parser("check", help="test the set-up against Slack and Telnyx, and say what is missing")
    check.add_argument("--json", action="store_true", help="print the results as JSON")
    check.add_argument(
        "--app",
        default="",
        metavar="A...",
        help="the app's id: compare its settings with this version's manifest, with SLACK_CONFIG_TOKEN",
    )
    manifest = commands.add_parser("manifest", help="print the app manifest, ready to paste into Slack")
    transport = manifest.add_mutually_exclusive_group()
    transport.add_argument("--url", help="the bot's public address, https://…")
    transport.add_argument("--socket", action="store_true", help="for Socket Mode, which needs no address")
    options = parser.parse_args(arguments)
    if options.command in (None, "run"):
        exit_on_signals()
        # Almost nothing allocated during the start is garbage, and collections would take a tenth of its time.
        gc.disable()
    _set_home()
    return leave(_execute(options))


def _set_home() -> None:
    """Set HOME where nothing says what it is, as in a container: without it slack_sdk cannot be imported."""
    if os.path.expanduser("~") == "~":  # noqa: PTH111  pathlib would raise
        os.environ["HOME"] = os.sep


def _execute(options: argparse.Namespace) -> int:
    with hidden("rich"):
        # It would import rich, 3 MiB, for tracebacks on the console; our log has only the places of one.
        import structlog  # noqa: F401, PLC0415  what takes time comes after the handling of signals
    from bot.settings import SettingsError  # noqa: PLC0415  as above

    try:
        if options.command == "check":
            return printing(lambda: _check(options.app, as_json=options.json))
        if options.command == "manifest":
            return printing(lambda: _manifest(options.url, socket=options.socket))
        if options.command == "show":
            return printing(lambda: _show(" ".join(options.text), as_json=options.json))
        return _run()
    except SettingsError as error:
        print("portout-bot cannot start:", *error.problems, sep="\n  ", file=sys.stderr)
        return 2


def _run() -> int:
    from bot.settings import Settings, read_settings  # noqa: PLC0415  each command imports only what it uses
    from portout.telemetry.logging import configure_logs  # noqa: PLC0415  as above

    settings = read_settings(Settings, os.environ)
    configure_logs(settings.log_format or ("console" if sys.stdout.isatty() else "json"), settings.log_level)
    from bot.app import run  # noqa: PLC0415  as above
    from bot.startup import SlackUnreachableError  # noqa: PLC0415  as above

    try:
        run_async(run(settings))
    except SlackUnreachableError as error:
        print(f"portout-bot cannot start: Slack's Web API does not answer ({error})", file=sys.stderr)
        return 1
    return 0


def _check(app_id: str, *, as_json: bool) -> int:
    from bot.cli.check import check  # noqa: PLC0415  as above

    return run_async(check(os.environ, app_id, as_json=as_json))


def _manifest(url: str | None, *, socket: bool) -> int:
    from bot.cli.manifest import EXAMPLE_URL, manifest  # noqa: PLC0415  as above

    try:
        app_manifest = manifest(EXAMPLE_URL if url is None else url, socket=socket)
    except ValueError:
        print("--url: not an address that starts with https:// and has nothing behind its path", file=sys.stderr)
        return 2
    print(json.dumps(app_manifest, indent=4))
    return 0


def _show(text: str, *, as_json: bool) -> int:
    from bot.settings import TelnyxSettings, read_settings  # noqa: PLC0415  as above

    settings = read_settings(TelnyxSettings, os.environ)
    from bot.cli.show import show  # noqa: PLC0415  as above

    return run_async(show(settings, text, as_json=as_json))


if __name__ == "__main__":
    sys.exit(main())
