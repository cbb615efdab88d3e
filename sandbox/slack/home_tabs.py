"""The app's Home tab, which each person has of their own: what the bot published there."""

from typing import Any, Final
from uuid import uuid4

from aiohttp import web

from sandbox.slack.modals import MAX_VIEW_BLOCKS, refusal, view_in


class HomeTabs:
    """The Home tabs of the workspace.

    views: what was published last, with its id and its hash, by the person's id.
    """

    def __init__(self) -> None:
        """Start with empty tabs."""
        self.views: Final[dict[str, dict[str, Any]]] = {}

    def publish(self, arguments: dict[str, Any]) -> web.Response:
        """Answer `views.publish`; a refusal is a 200 that says so."""
        user, view = arguments["user_id"], view_in(arguments)
        before = self.views.get(user)
        if view["type"] != "home" or len(view["blocks"]) > MAX_VIEW_BLOCKS:
            return refusal("invalid_arguments")
        if "hash" in arguments and (before is None or arguments["hash"] != before["hash"]):
            return refusal("hash_conflict")
        view_id = before["id"] if before else f"V{uuid4().hex[:10].upper()}"
        self.views[user] = {**view, "id": view_id, "hash": uuid4().hex}
        return web.json_response({"ok": True, "view": self.views[user]})
