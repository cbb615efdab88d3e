"""The services of the surfaces; `handlers.register` passes each surface those that it uses."""

from msgspec import Struct

from portout.answers import Answers
from portout.lookup.overview.service import Overviews
from portout.slack.event_delivery import EventProcessor
from portout.slack.home_tabs import HomeTabs
from portout.slack.messages.posts import Posts
from portout.slack.messages.threads import ThreadReplies
from portout.slack.modals import Modals
from portout.slack.responder import Responder
from portout.state.leases import Leases
from portout.state.ledger import Ledger
from portout.watch.service import Watch


class Services(Struct, frozen=True):
    """All services, created by the composition root. watch: None where nothing is watched."""

    answers: Answers
    responder: Responder
    mentions: EventProcessor
    alerts: EventProcessor
    posts: Posts
    threads: ThreadReplies
    alert_threads: ThreadReplies
    ledger: Ledger
    leases: Leases
    modals: Modals
    overviews: Overviews
    home_tabs: HomeTabs
    watch: Watch | None
