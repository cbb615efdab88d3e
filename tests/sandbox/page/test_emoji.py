"""The page draws every emoji of the cards, as Slack does."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_every_emoji_of_the_cards_is_drawn() -> None:
    """One that the page does not know would be shown by its name."""
    cards = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/golden").glob("*.json"))
    used = {*re.findall(r'"type": "emoji",\s*"name": "(\w+)"', cards), *re.findall(r"(?<!\w):([a-z_]{3,}):", cards)}
    drawn = re.findall(r'(\w+): "', (ROOT / "sandbox/page/static/blocks.js").read_text(encoding="utf-8"))

    assert {"hourglass_flowing_sand", "rotating_light"} <= used
    assert used - set(drawn) == set()
