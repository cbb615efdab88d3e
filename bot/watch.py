"""The watch, put together from the settings."""

import time
from collections.abc import Callable

from msgspec import Struct

from bot.settings import Settings
from portout.cards.watching.notices import mention_of
from portout.cards.watching.order_messages import WatchMessages
from portout.lookup.service import Lookup
from portout.slack.messages.history import ChannelHistory
from portout.slack.messages.posts import Posts
from portout.state.leases import Leases
from portout.state.store import Store
from portout.telnyx.client import TelnyxClient
from portout.watch.announcements import Announcements
from portout.watch.channel.board import Board
from portout.watch.channel.publisher import Publisher
from portout.watch.claims import Claims
from portout.watch.cycle import Cycle
from portout.watch.outages import Outages
from portout.watch.poller import Poller
from portout.watch.reminding import Reminding
from portout.watch.service import Watch


class Connections(Struct, frozen=True):
    """What the watch works with. clock: the time, in Unix seconds."""

    telnyx: TelnyxClient
    lookup: Lookup
    posts: Posts
    history: ChannelHistory
    store: Store
    clock: Callable[[], float] = time.time


def build_watch(settings: Settings, to: Connections) -> Watch | None:
    """Return the watch, not started yet; None where no channel is set."""
    channel, seconds, clock = settings.watch_channel, settings.watch_seconds, to.clock
    if not channel:
        return None
    mention, is_listed = mention_of(settings.watch_mention), channel in settings.alert_channels
    messages = WatchMessages(settings.contacts, settings.portal_url, is_listed, mention)
    leases = Leases(to.store)
    board = Board(to.history, to.posts, leases, channel, clock, is_shared=bool(settings.redis_url))
    publisher = Publisher(to.posts, board, to.store)
    announcements = Announcements(board, publisher, messages, clock)
    return Watch(
        Cycle(Poller(to.telnyx, to.lookup), board, publisher, announcements, clock),
        Reminding(board, publisher, announcements, messages, to.lookup, clock),
        Claims(board, publisher, announcements, to.lookup, clock),
        Outages(board, publisher, to.store, seconds, clock),
        leases,
        seconds,
    )
