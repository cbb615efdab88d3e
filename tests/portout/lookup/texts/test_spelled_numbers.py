"""Phone numbers in whatever spelling people type and paste, and what is none."""

import unicodedata
from datetime import UTC, datetime
from uuid import UUID

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portout.lookup.texts.folding import fold
from portout.lookup.texts.spelled_numbers import find_numbers


def numbers_in(text: str) -> list[str]:
    """Return the different numbers in a text."""
    return list(dict.fromkeys(find_numbers(fold(text))))


NANP = st.builds("{}{}{:04}".format, st.integers(200, 999), st.integers(200, 999), st.integers(0, 9999))
COUNTRIES = ("GB", "IE", "DE", "FR", "AU", "JP", "BR", "IN", "MX", "ZA", "SE", "CH", "US", "CA")
ABROAD = st.sampled_from(COUNTRIES).flatmap(
    lambda country: st.sampled_from([phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE]).map(
        lambda kind: phonenumbers.example_number_for_type(country, kind)
    )
)
SEPARATORS = st.sampled_from((" ", "-", ".", "/", "", "\u00a0", "\u2011", "\u2013", "\u202f", " - ", ". "))
AROUND = st.sampled_from(
    (
        ("", ""),
        ("call ", "."),
        ("tel:", ""),
        ("*", "*"),
        ("_", "_"),
        ("`", "`"),
        ("(", ")"),
        ('"', '",'),
        ("Nr: ", " x12"),
    )
)


@given(digits=NANP, country=st.sampled_from(("", "1", "+1", "+1 ", "1-", "1.", "+1(")), sep=SEPARATORS, around=AROUND)
def test_every_spelling_of_a_north_american_number_is_found(
    digits: str, country: str, sep: str, around: tuple[str, str]
) -> None:
    """Ten digits, or eleven with a leading 1, in groups of any separators; the same as `phonenumbers` reads."""
    closing = ")" if country.endswith("(") else ""
    spelled = f"{country}{digits[:3]}{closing}{sep}{digits[3:6]}{sep}{digits[6:]}"
    parsed = phonenumbers.parse(unicodedata.normalize("NFKC", fold(spelled)), "US")

    found = numbers_in(f"{around[0]}{spelled}{around[1]}")

    assert found == [phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)] == [f"+1{digits}"]


@given(
    number=ABROAD,
    form=st.sampled_from(
        (
            phonenumbers.PhoneNumberFormat.E164,
            phonenumbers.PhoneNumberFormat.INTERNATIONAL,
            phonenumbers.PhoneNumberFormat.RFC3966,
        )
    ),
    around=AROUND,
)
def test_every_international_spelling_is_found(
    number: phonenumbers.PhoneNumber, form: int, around: tuple[str, str]
) -> None:
    """With a plus, in the groups of each country; the number that `phonenumbers` means by it."""
    spelled = phonenumbers.format_number(number, form).removeprefix("tel:")

    assert numbers_in(f"{around[0]}{spelled}{around[1]}") == [
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    ]


@given(number=ABROAD)
def test_twelve_digits_and_more_need_no_plus(number: phonenumbers.PhoneNumber) -> None:
    """Fewer digits may be a number of North America, and are no other."""
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    spelled = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)[1:]

    for text in (spelled, e164[1:]):
        found = numbers_in(text)
        assert found == [e164] if len(e164) > 12 or number.country_code == 1 else e164 not in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<tel:+13125550142|(312) 555-0142>", ["+13125550142"]),
        ("<tel:3125550142|312.555.0142>", ["+13125550142"]),
        ("\uff0b\uff11\uff13\uff11\uff12\uff15\uff15\uff15\uff10\uff11\uff14\uff12", ["+13125550142"]),
        ("(+1 312) 555-0142", ["+13125550142"]),
        ("312\u200b555\u200b0142", ["+13125550142"]),
        ("+44 (0)20 7946 0958", ["+442079460958"]),
        ("0044 20 7946 0958", ["+442079460958"]),
        ("011 44 20 7946 0958", ["+442079460958"]),
        ("3125550142 3125550143", ["+13125550142", "+13125550143"]),
        ("312-555-0142/312-555-0143", ["+13125550142", "+13125550143"]),
        ("+13125550142, +13125550143", ["+13125550142", "+13125550143"]),
        ("+1 312 555 0142 2 lines", ["+13125550142"]),
        ("2 3125550142", ["+13125550142"]),
        ("2026-11-26 06:14:26 3125550142", ["+13125550142"]),
        ('{"phone_number": "+13125550142"}', ["+13125550142"]),
    ],
)
def test_numbers_are_found_among_other_things(text: str, expected: list[str]) -> None:
    """Slack's links, full-width digits, several in a row, beside dates and counts."""
    assert numbers_in(text) == expected


@given(st.uuids(), st.datetimes(datetime(2002, 1, 1), datetime(2033, 1, 1)))  # noqa: DTZ001  a zone follows
def test_ids_and_times_have_no_numbers(value: UUID, moment: datetime) -> None:
    """Whatever their digits are, in the spellings of machines and of people."""
    utc = moment.replace(tzinfo=UTC)
    seconds = utc.timestamp()
    texts = (
        str(value),
        value.hex,
        utc.isoformat(),
        f"{utc:%Y-%m-%d %H:%M:%S}",
        f"{utc:%m/%d/%Y %I:%M %p}",
        f"{utc:%d.%m.%Y %H:%M}",
        f"{utc:%Y%m%d%H%M%S}",
        f"{utc:%Y%m%dT%H%M%SZ}",
        f"<!date^{seconds:.0f}^{{date_short}}|{utc:%Y-%m-%d}>",
        f"https://acme.slack.com/archives/C0123456789/p{seconds * 1_000_000:.0f}?thread_ts={seconds:.6f}",
        f"{seconds:.6f}",
        f"trace={value.hex}",
    )

    assert [text for text in texts if numbers_in(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        *("1764137666", "1764137666123", "1764137666.123456", "p1764137666123456", "192.168.100.101", "212.55.120.123"),
        *("INC-3125550142", "#3125550142", "abc_3125550142", "0x3125550142", "3125550142ab", "a3125550142"),
        *("3125550142@example.com", "https://x.example/3125550142?y=2125550142", "4111 1111 1111 1111", "555-0142"),
        *("<@U3125550142>", "<#C3125550142|desk>", "PO_312555", "10005", "112-555-0142", "312-155-0142", "+0100"),
    ],
)
def test_what_is_no_number(text: str) -> None:
    """Ids, keys, addresses, times since 1970, cards, and digits of which no number begins."""
    assert numbers_in(text) == []
