"""Masks for a channel: numbers by their last four digits, subscribers by their initials."""

import re
from itertools import chain, zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portout.cards.blockkit.text import strip_formatting, unformatted
from portout.cards.redaction.masking import code_text, free_text, initials, mask_number, names_of
from portout.spelling import Folded
from tests.amount import examples
from tests.portout.strategies import hostile_texts


@pytest.mark.parametrize(
    "number",
    [
        "+13125550147",
        "3125550147",
        "312-555-0147",
        "312 - 555 - 0147",
        "( 312 ) 555 - 0147",
        "+1 (312) 555.0147",
        "312\u2013555\u20140147",
        "312\u2012555\u20110147",
        "312\xa0555\xa00147",
        "312, 555, 0147",
        "312_555_0147",
        "312\xb7555 \u2022 0147",
        "312: 555 * 0147",
        "312 | 555 | 0147",
        "312\u200b555\u200d0147",
        "312\xad555\u20600147",
        "3\ufe0f\u20e31\ufe0f\u20e32\ufe0f\u20e35550147",
        "\u2462\u2460\u2461 5550147",
        "\u00b3\u00b9\u00b2 555 0147",
        "\uff13\uff11\uff12\uff15\uff15\uff15\uff10\uff11\uff14\uff17",
        "312\u30fc555\u30fc0147",
        "312 ... 555 ... 0147",
        "312\n555\n0147",
        "312\u318d555\u318d0147",
        "312\u0640555\ua78f0147",
        "2026-11-24 312 555 0147",
        "2026-13-24 0147",
        "2026.11.24 0147",
    ],
    ids=ascii,
)
def test_a_number_in_any_spelling(number: str) -> None:
    """Seven digits and more are masked to the last four, with anything but letters between them; the rest stays."""
    assert free_text(f"Call \u201c{number}\u201d, pl\xe9ase.") == "Call \u201c•••• 0147\u201d, pl\xe9ase."
    assert code_text(f"ORC{number}") == "ORC•••• 0147"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("on 2026-11-24", "on 2026-11-24"),
        ("on 2026\u201311\u201324", "on 2026\u201311\u201324"),
        ("2026-11-24T16:30:00.527000Z", "2026-11-24T16:30:00.527000Z"),
        ("2026-11-24 16:30:00+00:00", "2026-11-24 16:30:00+00:00"),
        ("at 16:30:00", "at 16:30:00"),
        ("2026-11-24, 2026-11-25", "•••• 1125"),
        ("24/11/2026", "•••• 2026"),
        ("2 of 17 numbers, 50%", "2 of 17 numbers, 50%"),
        ("code 4417", "code 4417"),
        ("code 44175", "code •••• 75"),
        ("code 441752", "code •••• 52"),
        ("code 4417523", "code •••• 7523"),
    ],
)
def test_dates_and_short_numbers(text: str, shown: str) -> None:
    """A single ISO date or time stays; of five or six digits two are shown, and fewer are no phone number."""
    assert free_text(text) == shown


def test_a_code_keeps_short_numbers() -> None:
    """A PON or a carrier with fewer than seven digits is not masked: a code consists of them."""
    assert code_text("ORC-204171") == "ORC-204171"
    assert code_text("https://x.example/ORC-2041712") == "https://x.example/ORC-•••• 1712"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+13125550147", "•••• 0147"),
        ("911", "••••"),
        ("44175", "•••• 75"),
        ("unlisted", "••••"),
        ("3x5550147", "•••• 0147"),
    ],
)
def test_a_phone_number(number: str, shown: str) -> None:
    """Of a phone number, at most the last four digits are shown, of a short one two or none."""
    assert mask_number(number) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Wilhelmina Quartz", "W. Q."),
        ("J Quartz", "• Q."),
        ("Li Na", "• •"),
        ("X", "•"),
        ("\u738b\u82b3", "•"),
        ("\u738b\u5c0f\u660e", "•"),
        ("\u0418\u0432\u0430\u043d \u041f\u0435\u0442\u0440\u043e\u0432", "\u0418. \u041f."),
        ("312 555 0147", "• • •"),
        ("\u3164\u2800", None),
        ("--", None),
        (None, None),
    ],
    ids=ascii,
)
def test_initials(name: str | None, shown: str | None) -> None:
    """An initial never gives a whole word or half of one, as of one letter or a Chinese name; blanks are no name."""
    assert initials(name) == shown


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("Wilhelmina Quartz", "WILHELMINA quartz, wquartz@x.example", "••• •••, w•••@x.example"),
        ("Ann Lee", "Ann\u2019s plan, AnnLee, lee_1, sleep", "•••\u2019s plan, •••, •••_1, sleep"),
        ("J. R. Ng", "JR Ng or J.R.Ng, not ngo", "••• or •••, not ngo"),
        ("M\xfcller-Stra\xdfe GmbH", "Muller, STRASSE GmbH", "•••, ••• GmbH"),
        ("The Quartz Group", "the QUARTZ group", "the ••• •••"),
        ("\u738b\u82b3", "\u8bf7\u8054\u7cfb\u738b\u82b3\u5148\u751f", "\u8bf7\u8054\u7cfb•••\u5148\u751f"),
        ("X", "x and X", "x and X"),
        ("Quartz", "312 Quartz 555 Quartz 0147", "•••• 0147"),
        ("Quartz", "Qua*rtz, Q`uar`tz", "•••, •••"),
        ("Quartz", "Qua__rtz", "•••"),
        ("Quartz", "Qua:rtz: and 10:30", "•••: and 10:30"),
        ("Quartz", "Qua\u0301://rtz, *urgent*", "•••, urgent"),
        ("Quartz", "*urgent* a_b: http://x.example", "*urgent* a_b: http://x.example"),
    ],
    ids=ascii,
)
def test_names_in_texts(name: str, text: str, shown: str) -> None:
    """A subscriber's name is struck from texts: its parts of three letters and more, and a short one as a whole."""
    assert free_text(text, names_of([name, None])) == shown
    assert code_text(text, names_of([name])) == shown


@examples(300)
@given(
    st.sampled_from(["3125550147", "quartz"]),
    st.lists(
        st.sampled_from(["", "", "*", "~", "`", "_", "__", ":", "://", " x://", ">", "\u0301", "@", " "]), max_size=9
    ),
    st.sampled_from(["", ":", "_", " *urgent*"]),
)
def test_removed_formatting_reveals_nothing(secret: str, marks: list[str], after: str) -> None:
    """What a notification and mrkdwn show without its marks has no number and no name that the mask did not find."""
    text = "".join(chain.from_iterable(zip_longest(secret, marks[: len(secret)], fillvalue=""))) + after
    for mask in (free_text, code_text):
        masked = mask(text, names_of(["Quartz"])) or ""
        for shown in (strip_formatting(masked), unformatted(masked)):
            assert secret not in re.sub(r"(?<=[0-9])\W+(?=[0-9])", "", Folded(shown).text)


@examples(200)
@given(hostile_texts, hostile_texts)
def test_masked_text_is_short(text: str, name: str) -> None:
    """Whatever the text and the name are, at most 200 characters of one line are left."""
    for shown in (free_text(text, names_of([name])) or "", initials(name) or ""):
        assert len(shown) <= 200
        assert len(shown.splitlines()) <= 1
