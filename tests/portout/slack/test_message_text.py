"""The texts of a message: an id is found in all that a person sees, and nowhere else."""

import string
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portout.lookup.texts.identifiers import extract_ids
from portout.slack.message_text import NOT_TEXT, visible_texts
from tests.amount import examples
from tests.portout.payloads import EVENT_ID, ORDER_ID, USER_ID

OTHER_ID = "3f1c0d7e-8a57-4a51-9d8c-3f6e0d1e2b4a"


def rich_text(*elements: dict[str, Any]) -> dict[str, Any]:
    """A message of rich text."""
    return {"blocks": [{"type": "rich_text", "elements": list(elements)}]}


TEXT = {"type": "text", "text": f"see {EVENT_ID}."}
SECTION = {"type": "rich_text_section", "elements": [TEXT]}
PLACES: dict[str, dict[str, Any]] = {
    "text": {"text": f"alert: {EVENT_ID}"},
    "text null": {"text": None, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": EVENT_ID}}]},
    "section": {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": EVENT_ID}}]},
    "section field": {"blocks": [{"type": "section", "fields": [{"type": "mrkdwn", "text": EVENT_ID}]}]},
    "context": {"blocks": [{"type": "context", "elements": [{"type": "mrkdwn", "text": EVENT_ID}]}]},
    "header": {"blocks": [{"type": "header", "text": {"type": "plain_text", "text": EVENT_ID}}]},
    "markdown": {"blocks": [{"type": "markdown", "text": f"# {EVENT_ID}"}]},
    "table": {"blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": EVENT_ID}]]}]},
    "rich text": rich_text(SECTION),
    "rich text list": rich_text({"type": "rich_text_list", "style": "bullet", "elements": [SECTION]}),
    "rich text quote": rich_text({"type": "rich_text_quote", "elements": [TEXT]}),
    "rich text code": rich_text({"type": "rich_text_preformatted", "elements": [TEXT]}),
    "rich text link": rich_text(
        {"type": "rich_text_section", "elements": [{"type": "link", "url": f"https://x.example/{EVENT_ID}"}]}
    ),
    "table of rich text": {
        "blocks": [{"type": "table", "rows": [[{"type": "rich_text", "elements": [SECTION]}]]}],
    },
    "attachment text": {"attachments": [{"text": EVENT_ID}]},
    "attachment pretext": {"attachments": [{"pretext": EVENT_ID}]},
    "attachment title": {"attachments": [{"title": EVENT_ID}]},
    "attachment title link": {"attachments": [{"title": "Alert", "title_link": f"https://x.example/{EVENT_ID}"}]},
    "attachment field": {"attachments": [{"fields": [{"title": "Event", "value": EVENT_ID, "short": True}]}]},
    "attachment field title": {"attachments": [{"fields": [{"title": EVENT_ID, "value": "pending"}]}]},
    "attachment footer": {"attachments": [{"footer": EVENT_ID}]},
    "attachment fallback": {"attachments": [{"fallback": EVENT_ID}]},
    "attachment blocks": {"attachments": [{"blocks": [{"type": "section", "text": {"text": EVENT_ID}}]}]},
    "file title": {"files": [{"title": f"{EVENT_ID}.json"}]},
    "e-mail": {"files": [{"plain_text": f"Event: {EVENT_ID}", "preview_plain_text": "Event", "mode": "email"}]},
    "snippet": {"files": [{"preview": f"{EVENT_ID}", "mode": "snippet"}]},
    "forwarded": {
        "attachments": [
            {"message_blocks": [{"message": {"blocks": [{"type": "section", "text": {"text": EVENT_ID}}]}}]}
        ]
    },
    "attachment button": {"attachments": [{"actions": [{"type": "button", "url": f"https://x.example/{EVENT_ID}"}]}]},
    "menu": {"blocks": [{"elements": [{"type": "overflow", "options": [{"url": f"https://x.example/{EVENT_ID}"}]}]}]},
    "card": {"blocks": [{"type": "card", "body": {"type": "mrkdwn", "text": EVENT_ID}}]},
    "plan": {"blocks": [{"type": "plan", "tasks": [{"details": {"type": "rich_text", "elements": [SECTION]}}]}]},
    "container": {"blocks": [{"type": "container", "child_blocks": [{"type": "markdown", "text": EVENT_ID}]}]},
    "video": {"blocks": [{"type": "video", "description": {"type": "plain_text", "text": EVENT_ID}}]},
    "author link": {"attachments": [{"author_link": f"https://x.example/{EVENT_ID}"}]},
    "half in bold": rich_text(
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": EVENT_ID[:15]},
                {"type": "text", "text": EVENT_ID[15:], "style": {"bold": True}},
            ],
        }
    ),
}


@pytest.mark.parametrize("message", PLACES.values(), ids=PLACES)
def test_an_id_is_found_wherever_a_message_shows_it(message: dict[str, Any]) -> None:
    """In each field in which people and monitoring tools put text."""
    assert extract_ids(*visible_texts(message)).ids == (EVENT_ID,)


@pytest.mark.parametrize(
    "message",
    [
        {"client_msg_id": EVENT_ID, "text": "hello"},
        {"blocks": [{"type": "section", "block_id": EVENT_ID, "text": {"text": "hello"}}]},
        {"blocks": [{"type": "actions", "elements": [{"type": "button", "value": EVENT_ID, "action_id": "a"}]}]},
        {"files": [{"id": EVENT_ID, "title": "hello", "url_private": EVENT_ID}]},
        {"metadata": {"event_payload": {"id": EVENT_ID}}},
        {"text": 5, "blocks": None, "attachments": "x", "files": {"title": 7}},
        {},
    ],
    ids=["client_msg_id", "block_id", "button value", "file id", "metadata", "odd shapes", "nothing"],
)
def test_fields_that_nobody_sees_are_not_searched(message: dict[str, Any]) -> None:
    """Slack's own ids look the same, but are not port-outs."""
    assert extract_ids(*visible_texts(message)).ids == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"user {USER_ID} order {ORDER_ID} event {EVENT_ID}", (EVENT_ID, ORDER_ID)),
        (f"*Order ID:* `{ORDER_ID}`  *Event ID:* `{EVENT_ID}`", (EVENT_ID, ORDER_ID)),
        (f"portout_id={ORDER_ID}, {OTHER_ID}, event_id={EVENT_ID}", (EVENT_ID, OTHER_ID, ORDER_ID)),
        (f"{OTHER_ID} {EVENT_ID}", (OTHER_ID, EVENT_ID)),
        (f"data.id: {EVENT_ID} account: {USER_ID}", (EVENT_ID,)),
        (f"{USER_ID} is user_id {USER_ID}", ()),
    ],
)
def test_labels_show_which_id_is_the_event(text: str, expected: tuple[str, ...]) -> None:
    """Events come first, then ids without a label, then orders; ids of users are left out."""
    assert extract_ids(text).ids == expected


def test_a_webhook_of_telnyx_is_understood() -> None:
    """In pasted JSON, `data.id` is the event, and the payload's ids are the order's and the user's."""
    webhook = {
        "meta": {"attempt": 1, "delivered_to": f"https://x.example/{OTHER_ID}"},
        "data": {
            "payload": {"user_id": USER_ID, "id": ORDER_ID, "status": "pending"},
            "event_type": "portout.status_changed",
            "id": EVENT_ID,
        },
    }
    text = f"Got this:\n```{msgspec.json.encode(webhook).decode()}```"

    assert extract_ids(text).ids == (EVENT_ID, OTHER_ID, ORDER_ID)


plain = st.text(max_size=30)
# Any name but those of the fields that hold no text for people: Slack adds names without notice.
names = st.text(string.ascii_lowercase + "_", min_size=1, max_size=12).filter(
    lambda name: name not in {*NOT_TEXT, "value"}
)
leaves = names | st.sampled_from(["text", "fallback", "pretext", "title", "footer", "plain_text", "preview", "url"])
nests = names | st.sampled_from(["blocks", "elements", "fields", "attachments", "files", "rows", "message_blocks"])


@st.composite
def message_trees(draw: st.DrawFn, shown: str) -> dict[str, Any]:
    """A message of any shape that shows `shown` once, among other texts."""
    node: dict[str, Any] = {draw(leaves): draw(plain), "type": draw(plain), draw(leaves): f"> {shown} <"}
    for _ in range(draw(st.integers(0, 8))):
        siblings = [{draw(leaves): draw(plain)} for _ in range(draw(st.integers(0, 2)))]
        node = {draw(nests): [*siblings, node] if draw(st.booleans()) else [[node], *siblings], "block_id": draw(plain)}
    return node


@examples(200)
@given(st.data())
def test_an_id_at_any_place_of_any_message_is_found(data: st.DataObject) -> None:
    """However deep it is nested and whatever surrounds it; and no other string becomes an id."""
    message = data.draw(message_trees(EVENT_ID))

    assert EVENT_ID in extract_ids(*visible_texts(message)).ids
    assert extract_ids(*visible_texts(data.draw(message_trees("nothing")))).ids == ()
