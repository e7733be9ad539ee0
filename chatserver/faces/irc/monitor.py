"""MONITOR: being told when somebody comes or goes (IRCv3 monitor and extended-monitor).

Rules: nothing is said about what is no nick. A list of nicks is cut into as many lines as it needs.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from chatserver.core.commands import Command, ListMonitored, Monitor
from chatserver.core.effects import Monitored, MonitorListed
from chatserver.core.monitors import MONITORED_MOST
from chatserver.faces.irc.lines import BODY_LIMIT
from chatserver.faces.irc.metadata import of_monitored
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatwire.message import Message
from chatwire.names import tidy
from chatwire.text import pack

_ASKED: Mapping[str, Callable[[tuple[str, ...]], Command]] = {
    "+": lambda nicks: Monitor(adding=nicks),
    "-": lambda nicks: Monitor(removing=nicks),
    "C": lambda _nicks: Monitor(clearing=True),
    "L": lambda _nicks: ListMonitored(),
    "S": lambda _nicks: ListMonitored(status=True),
}


def monitor(session: Session, message: Message) -> Items:
    """MONITOR: put nicks on one's list, take them off, or ask who is on it."""
    asked = _ASKED.get(message.param(0).upper())
    if asked is None or (message.param(0) in "+-" and not message.param(1)):
        return [session.need_more("MONITOR")]
    nicks = (tidy(nick) for nick in message.param(1).split(","))
    return [asked(tuple(dict.fromkeys(nick for nick in nicks if nick)))]


def monitored(inquiry: Inquiry, reply: Monitored) -> Sequence[bytes]:
    """Return who of those on the list is there, and who is not."""
    lines = [
        *_listing(inquiry, "730", (who.mask for who in reply.online)),
        *_listing(inquiry, "731", reply.offline),
        *(line for who in reply.online for line in of_monitored(inquiry, who.nick)),
    ]
    if reply.full:
        most, refused = str(MONITORED_MOST), ",".join(reply.full)
        lines.append(inquiry.numeric("734", most, refused, text="Monitor list is full"))
    return lines


def listed(inquiry: Inquiry, reply: MonitorListed) -> Sequence[bytes]:
    """Return who is on the list."""
    end = inquiry.numeric("733", text="End of MONITOR list")
    return [*_listing(inquiry, "732", reply.nicks), end]


def _listing(inquiry: Inquiry, code: str, targets: Iterable[str]) -> Iterator[bytes]:
    """Yield as many lines as it takes to name `targets`, none without any."""
    room = BODY_LIMIT - len(inquiry.numeric(code, text="")) + len("\r\n")
    for words in pack(targets, room):
        yield inquiry.numeric(code, text=words.replace(" ", ","))
