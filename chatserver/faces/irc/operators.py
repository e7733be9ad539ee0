"""Operators of the server: OPER, KILL, WALLOPS, REHASH and CHGHOST."""

import re
from collections.abc import Sequence
from functools import partial

from chatserver.core.commands import BecomeOperator, ChangeHost, Kill, SendWallops
from chatserver.core.limits import HOST
from chatserver.faces.accounts import attempt
from chatserver.faces.contract import Ask, Request
from chatserver.faces.irc import proving
from chatserver.faces.irc.accounts import INSECURE
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatwire.message import Message

_HOST = re.compile(r"[0-9a-z_.-][0-9a-z_:.-]*")
_USERNAME = re.compile(r"[A-Za-z0-9_.~+-]+")


def oper(session: Session, message: Message) -> Items | Request:
    """OPER: become an operator."""
    if not proving.may_send_password(session):
        how = "or a connection from the machine of the server, and another password than this"
        return [session.tell("491", text=f"{INSECURE}, {how}")]
    name, password = message.param(0), message.param(1)
    verify = session.server.operators.get(name, session.server.stranger)
    attempts = session.server.accounts.attempts

    def refuse(text: str) -> Ask:
        return session.tell("464", text=text)

    def work() -> Request:
        return attempt(
            attempts,
            session.host,
            partial(verify, password),
            lambda: Request((BecomeOperator(name),)),
            Request((refuse("Password incorrect"),), wrong=True),
            lambda wait: Request((refuse(proving.too_many(wait)),)),
        )

    return Request((), work=work)


def kill(session: Session, message: Message) -> Items:
    """KILL: end somebody's connection."""
    return [Kill(message.param(0), message.param(1) or "No reason given")]


def wallops(session: Session, message: Message) -> Items:
    """WALLOPS: tell something to all who listen to operators (`+w`)."""
    if not message.param(0):
        return [session.need_more("WALLOPS")]
    return [SendWallops(message.param(0))]


def rehash(session: Session, message: Message) -> Items:
    """REHASH: have the configuration read again."""
    return [session.ask(_rehash)]


def _rehash(inquiry: Inquiry) -> Sequence[bytes]:
    read_again = inquiry.session.server.rehash
    if not inquiry.user.operator:
        return [inquiry.numeric("481", text="Permission denied, you're not a server operator")]
    if read_again is None:
        return [inquiry.numeric("400", "REHASH", text="There is no configuration to read")]
    found = read_again()
    if found.error:
        return [inquiry.report("FAIL", "REHASH", "INVALID_CONFIGURATION", found.error)]
    done = inquiry.numeric("382", "configuration", text="Rehashing")
    if not found.waiting:
        return [done]
    text = f"These need a restart: {', '.join(found.waiting)}"
    return [done, inquiry.report("WARN", "REHASH", "NEEDS_RESTART", text)]


def chghost(session: Session, message: Message) -> Items:
    """CHGHOST: change somebody's user name and host as others see them. It is our own."""
    nick, username, host = message.params[:3]
    limit = session.server.limits.username
    valid = (
        _USERNAME.fullmatch(username) and len(username) <= limit
        and _HOST.fullmatch(host) and len(host) <= HOST
    )  # fmt: skip
    if valid:
        return [ChangeHost(nick, username, host)]
    return [session.tell("400", "CHGHOST", text="That can't be a user name and a host")]
