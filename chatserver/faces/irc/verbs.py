"""Every command of the IRC face: what it takes, what it does, and its line of HELP."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from chatserver.faces.irc import (
    about,
    accounts,
    away,
    guests,
    history,
    isupport,
    markers,
    metadata,
    modes,
    monitor,
    multiline,
    operators,
    people,
    redaction,
    registration,
    rooms,
    sasl,
    search,
    staff,
    talk,
    webirc,
    who,
)
from chatserver.faces.irc.chanserv import CHANSERV
from chatserver.faces.irc.nickserv import NICKSERV
from chatserver.faces.irc.session import Handler, Inquiry, Items, Session
from chatwire.message import Message


class Verb(Struct, frozen=True):
    """A row of the table of commands."""

    handler: Handler
    usage: str
    """Its parameters, as HELP shows them."""
    summary: str
    minimum: int = 0
    """How many parameters it needs at least."""
    early: bool = False
    """Whether it works before registration."""


def help_(session: Session, message: Message) -> Items:
    """HELP: what commands there are, and what one of them does."""
    subject = " ".join(message.params).upper()
    return [session.ask(lambda inquiry: _help(inquiry, subject))]


def _help(inquiry: Inquiry, subject: str) -> Sequence[bytes]:
    if not subject:
        lines = ["Commands; HELP with one of them tells more:", "", *VERBS]
        title = "Help"
    elif verb := VERBS.get(subject):
        title, lines = f"{subject} {verb.usage}".rstrip(), ["", verb.summary]
    else:
        return [inquiry.numeric("524", subject, text="No help available on this topic")]
    return [
        inquiry.numeric("704", subject or "*", text=title),
        *(inquiry.numeric("705", subject or "*", text=line) for line in lines),
        inquiry.numeric("706", subject or "*", text="End of help"),
    ]


VERBS: Mapping[str, Verb] = {
    "ADMIN": Verb(about.admin, "[server]", "Who answers for the server."),
    "AUTHENTICATE": Verb(
        sasl.authenticate,
        "mechanism|base64|+|*",
        "Prove that an account is yours (SASL).",
        1,
        early=True,
    ),
    "AWAY": Verb(
        away.away, "[message]", "Go away with a message, or come back without one.", early=True
    ),
    "BATCH": Verb(
        multiline.batch,
        "+reference draft/multiline #room|nick, or -reference",
        "Begin or end a message of several lines.",
        1,
    ),
    "CAP": Verb(
        registration.cap, "LS|LIST|REQ|END [...]", "List or change capabilities.", 1, early=True
    ),
    "CHANSERV": Verb(staff.order(CHANSERV), "order...", "The same as CS."),
    "CHATHISTORY": Verb(
        history.chathistory,
        "LATEST|BEFORE|AFTER|AROUND|BETWEEN #room|nick *|msgid=id|timestamp=time... limit"
        " or TARGETS timestamp=time timestamp=time limit",
        "What was said before, or with whom and where something was said between two times.",
    ),
    "CHGHOST": Verb(
        operators.chghost, "nick user host", "Operators: change somebody's user name and host.", 3
    ),
    "CS": Verb(
        staff.order(CHANSERV), "order...", "Give ChanServ an order, as PRIVMSG ChanServ does."
    ),
    "HELP": Verb(help_, "[command]", "What commands there are, and what one of them does."),
    "HELPOP": Verb(help_, "[command]", "The same as HELP."),
    "INFO": Verb(about.info, "[server]", "What the server is."),
    "INVITE": Verb(rooms.invite, "[nick #room]", "Ask somebody into a room."),
    "ISON": Verb(people.ison, "nick...", "Which of these nicks are there.", 1),
    "ISUPPORT": Verb(isupport.isupport, "", "What the server supports.", early=True),
    "JOIN": Verb(rooms.join, "#room,... [key,...]", "Enter rooms.", 1),
    "KICK": Verb(rooms.kick, "#room nick,... [reason]", "Put somebody out of a room.", 2),
    "KILL": Verb(operators.kill, "nick [reason]", "Operators: end somebody's connection.", 1),
    "LINKS": Verb(about.links, "[mask]", "The servers that are linked: none."),
    "LIST": Verb(
        rooms.list_rooms, "[#room|mask|!mask|<n|>n|C<n|C>n|T<n|T>n,...]",
        "Rooms: all, or by name, members, minutes since they were made, since their topic was.",
    ),
    "LUSERS": Verb(about.lusers, "", "How many are there."),
    "MARKREAD": Verb(
        markers.markread, "#room|nick [timestamp=time]", "Up to when you have read; or say it.",
    ),
    "METADATA": Verb(
        metadata.metadata,
        "*|nick|#room GET|LIST|SET|CLEAR|SUB|UNSUB|SUBS|SYNC [key...|key [value]]",
        "Read and set what people and rooms say of themselves, and follow keys.",
        early=True,
    ),
    "MODE": Verb(modes.mode, "#room|nick [changes [parameters...]]", "Show or change modes.", 1),
    "MONITOR": Verb(
        monitor.monitor, "+|- nick,..., or C|L|S", "Be told when somebody comes or goes.", 1
    ),
    "MOTD": Verb(about.motd, "[server]", "The message of the day."),
    "NAMES": Verb(rooms.names, "[#room,...]", "Who is in rooms, or in each of yours."),
    "NICK": Verb(registration.nick, "nick", "Take a nick.", early=True),
    "NICKSERV": Verb(staff.order(NICKSERV), "order...", "The same as NS."),
    "NS": Verb(
        staff.order(NICKSERV), "order...", "Give NickServ an order, as PRIVMSG NickServ does."
    ),
    "NOTICE": Verb(talk.notice, "nick|#room|@#room,... text", "Say what no program answers."),
    "OPER": Verb(operators.oper, "name password", "Become an operator of the server.", 2),
    "PART": Verb(rooms.part, "#room,... [reason]", "Leave rooms.", 1),
    "PASS": Verb(registration.password, "password", "Give the server's password.", 1, early=True),
    "PING": Verb(registration.ping, "token", "Have the token sent back.", 1, early=True),
    "PONG": Verb(registration.pong, "token", "Answer the server's PING.", early=True),
    "PRIVMSG": Verb(talk.privmsg, "nick|#room|@#room,... text", "Say something."),
    "QUIT": Verb(registration.quit_chat, "[reason]", "Leave the chat.", early=True),
    "REDACT": Verb(
        redaction.redact, "#room|nick id [reason]",
        "Remove a message of yours, or as an operator, any of the room.", 2,
    ),
    "REGISTER": Verb(
        accounts.register, "account|* email|invitation|* password", "Make an account.", 3, early=True
    ),
    "REHASH": Verb(operators.rehash, "", "Operators: have the configuration read again."),
    "RENAME": Verb(
        rooms.rename, "#room #name [reason]", "Operators of a room: give it another name.", 2
    ),
    "SEARCH": Verb(
        search.search,
        "[text=words][;in=#room|nick][;from=nick][;after=time][;before=time][;limit=number]",
        "Look for messages; a space in a value is written as \\s, as in tags.",
        1,
    ),
    "SESSION": Verb(
        guests.take_secret, "secret", "Be known again when you come back; see docs/irc.md.",
        early=True,
    ),
    "SETNAME": Verb(people.setname, "realname", "Change your real name.", 1),
    "TAGMSG": Verb(talk.tagmsg, "nick|#room|@#room,...", "Send tags without text."),
    "TIME": Verb(about.time, "[server]", "What time it is for the server."),
    "TOPIC": Verb(rooms.topic, "#room [topic]", "Show or change a room's topic.", 1),
    "USER": Verb(registration.user, "username 0 * realname", "Say who you are.", 4, early=True),
    "USERHOST": Verb(people.userhost, "nick...", "Where up to five people are.", 1),
    "VERIFY": Verb(
        accounts.verify, "account code", "Confirm an account; it is never needed.", 2, early=True
    ),
    "VERSION": Verb(about.version, "[server]", "The software, and what it supports."),
    "WALLOPS": Verb(operators.wallops, "text", "Operators: tell something to all with +w.", 1),
    "WEBIRC": Verb(
        webirc.webirc, "password gateway host address [options]",
        "Gateways: say where your client is.", 4, early=True,
    ),
    "WHO": Verb(who.who, "#room|nick|mask [o][%fields[,token]]", "Who is there.", 1),
    "WHOIS": Verb(people.whois, "[server] nick", "All about somebody."),
    "WHOWAS": Verb(people.whowas, "nick [count]", "Who had a nick before."),
}  # fmt: skip
"""All commands, by name."""

SETTLING = (
    "CAP", "CHATHISTORY", "HELP", "HELPOP", "INFO", "LIST", "METADATA", "MOTD", "NAMES", "QUIT", "WHO",
    "WHOIS", "WHOWAS",
)  # fmt: skip
"""Those that wait until all before them was answered and shown: they end it, change it, or say much."""
