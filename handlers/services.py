"""The services of the surfaces; `handlers.register` passes each surface those that it uses."""

from msgspec import Struct

from portout.answers import Answers
from portout.slack.event_delivery import EventProcessor
from portout.slack.modals import Modals
from portout.slack.posts import Posts
from portout.slack.responder import Responder
from portout.slack.threads import ThreadReplies
from portout.state.ledger import Ledger


class Services(Struct, frozen=True):
    """All services, created by the composition root."""

    answers: Answers
    responder: Responder
    processor: EventProcessor
    posts: Posts
    threads: ThreadReplies
    ledger: Ledger
    modals: Modals
