"""What the surfaces are built from; `register` hands each of them the two or three that it uses."""

from msgspec import Struct

from bot.ledger import Ledger
from handlers.answers import Answers
from handlers.event_delivery import EventProcessor
from handlers.modals import Modals
from handlers.responder import Responder
from handlers.threads import ThreadReplies


class Services(Struct, frozen=True):
    """All of them, put together by the composition root."""

    answers: Answers
    responder: Responder
    processor: EventProcessor
    threads: ThreadReplies
    ledger: Ledger
    modals: Modals
