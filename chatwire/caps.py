"""The IRCv3 capabilities that we speak, one row each, with the specification of each."""

from dataclasses import dataclass

_SITE = "https://ircv3.net/specs/extensions/"


@dataclass(frozen=True, slots=True)
class Absent:
    """An extension that others have and we don't: its name, where it is specified, and why not."""

    name: str
    specification: str
    reason: str


@dataclass(frozen=True, slots=True)
class Capability:
    """A capability: its name on the wire, where it is specified, and what it gives in one line."""

    name: str
    specification: str
    summary: str


ACCOUNT_NOTIFY = "account-notify"
ACCOUNT_REGISTRATION = "draft/account-registration"
ACCOUNT_TAG = "account-tag"
AWAY_NOTIFY = "away-notify"
BATCH = "batch"
CAP_NOTIFY = "cap-notify"
CHANNEL_RENAME = "draft/channel-rename"
CHATHISTORY = "draft/chathistory"
CHGHOST = "chghost"
ECHO_MESSAGE = "echo-message"
EVENT_PLAYBACK = "draft/event-playback"
EXTENDED_ISUPPORT = "draft/extended-isupport"
EXTENDED_JOIN = "extended-join"
EXTENDED_MONITOR = "extended-monitor"
INVITE_NOTIFY = "invite-notify"
LABELED_RESPONSE = "labeled-response"
MESSAGE_REDACTION = "draft/message-redaction"
MESSAGE_TAGS = "message-tags"
METADATA = "draft/metadata-3"
MULTILINE = "draft/multiline"
MULTI_PREFIX = "multi-prefix"
NONCE = "chatserver.dev/nonce"
NAMES_ASKED_FOR = "no-implicit-names"
NAMES_ASKED_FOR_DRAFT = "draft/no-implicit-names"
NO_IMPLICIT_NAMES = frozenset({NAMES_ASKED_FOR, NAMES_ASKED_FOR_DRAFT})
PLAYBACK = "znc.in/playback"
PRE_AWAY = "draft/pre-away"
READ_MARKER = "draft/read-marker"
SASL = "sasl"
SEARCH = "soju.im/search"
SERVER_TIME = "server-time"
SESSION = "chatserver.dev/session"
SETNAME = "setname"
STANDARD_REPLIES = "standard-replies"
STS = "sts"
USERHOST_IN_NAMES = "userhost-in-names"

CAPABILITIES = (
    Capability(
        ACCOUNT_NOTIFY, _SITE + "account-notify", "who logs in or out is told to their rooms"
    ),
    Capability(
        ACCOUNT_REGISTRATION,
        _SITE + "account-registration",
        "an account is made with `REGISTER`",
    ),
    Capability(ACCOUNT_TAG, _SITE + "account-tag", "lines say whose account they come from"),
    Capability(
        AWAY_NOTIFY,
        _SITE + "away-notify",
        "who goes away or comes back is told to the rooms they are in",
    ),
    Capability(BATCH, _SITE + "batch", "lines that belong together come as one batch"),
    Capability(
        CAP_NOTIFY, _SITE + "capability-negotiation", "capabilities that come or go are announced"
    ),
    Capability(
        CHANNEL_RENAME,
        _SITE + "channel-rename",
        "a room's new name is told by `RENAME`, without leaving and joining",
    ),
    Capability(
        CHGHOST,
        _SITE + "chghost",
        "a changed user name or host is told without leaving and joining",
    ),
    Capability(
        CHATHISTORY,
        _SITE + "chathistory",
        "what was said before comes by `CHATHISTORY`, and not by itself",
    ),
    Capability(
        EVENT_PLAYBACK,
        _SITE + "chathistory",
        "history has joins, leaves, nicks, topics and modes too",
    ),
    Capability(ECHO_MESSAGE, _SITE + "echo-message", "own messages come back, once they are kept"),
    Capability(
        EXTENDED_ISUPPORT,
        _SITE + "extended-isupport",
        "`ISUPPORT` tells what the server supports, before registration too",
    ),
    Capability(EXTENDED_JOIN, _SITE + "extended-join", "a JOIN tells account and real name"),
    Capability(
        EXTENDED_MONITOR,
        _SITE + "extended-monitor",
        "of those on one's `MONITOR` list it is told when they are away, and who they are",
    ),
    Capability(
        INVITE_NOTIFY, _SITE + "invite-notify", "operators of a room see who is invited to it"
    ),
    Capability(
        LABELED_RESPONSE, _SITE + "labeled-response", "answers carry the label of what they answer"
    ),
    Capability(
        MESSAGE_REDACTION,
        _SITE + "message-redaction",
        "messages can be removed by `REDACT`, and are told to be",
    ),
    Capability(
        MESSAGE_TAGS,
        _SITE + "message-tags",
        "messages have ids and tags, and TAGMSG carries tags alone",
    ),
    Capability(
        METADATA,
        "https://github.com/ircv3/ircv3-specifications/pull/613",
        "people and rooms say things of themselves by key, and who follows a key is told",
    ),
    Capability(
        MULTILINE,
        _SITE + "multiline",
        "a message of several lines is sent and comes as one; others get it line by line",
    ),
    Capability(
        MULTI_PREFIX,
        _SITE + "multi-prefix",
        "all prefixes of a member are listed, not the highest alone",
    ),
    Capability(
        NAMES_ASKED_FOR,
        _SITE + "no-implicit-names",
        "who is in a room is not told on entering it, but when `NAMES` asks",
    ),
    Capability(
        NAMES_ASKED_FOR_DRAFT, _SITE + "no-implicit-names", "the same, under the name of its draft"
    ),
    Capability(
        NONCE,
        "#sending-again",
        "a message that is sent again with its nonce is said once",
    ),
    Capability(
        PLAYBACK,
        "https://wiki.znc.in/Playback",
        "what was said before comes by `PRIVMSG *playback`, and not by itself",
    ),
    Capability(
        PRE_AWAY,
        _SITE + "pre-away",
        "`AWAY` works before registration, and `AWAY *` says that nobody is at this connection",
    ),
    Capability(
        READ_MARKER,
        _SITE + "read-marker",
        "the server remembers up to when one has read",
    ),
    Capability(
        SASL,
        _SITE + "sasl-3.2",
        "an account is proved with `AUTHENTICATE`, before or after one is a user",
    ),
    Capability(
        SEARCH,
        "https://codeberg.org/emersion/soju/src/branch/master/doc/ext/search.md",
        "messages are found with `SEARCH`, by words, sender, place and time",
    ),
    Capability(SERVER_TIME, _SITE + "server-time", "lines say when they happened"),
    Capability(
        SESSION,
        "#coming-back",
        "a guest whose connection broke comes back as who they were",
    ),
    Capability(SETNAME, _SITE + "setname", "the real name can be changed while connected"),
    Capability(
        STANDARD_REPLIES,
        _SITE + "standard-replies",
        "errors come as FAIL, WARN and NOTE, readable by programs",
    ),
    Capability(
        STS, _SITE + "sts", "clients come back over TLS alone, where `sts_duration` says so"
    ),
    Capability(
        USERHOST_IN_NAMES, _SITE + "userhost-in-names", "NAMES lists nick, user name and host"
    ),
)
"""Every capability that the server offers."""

NAMES = frozenset(capability.name for capability in CAPABILITIES)

ABSENT = (
    Absent(
        "bouncer-networks",
        "https://codeberg.org/emersion/soju/src/branch/master/doc/ext/bouncer-networks.md",
        "for bouncers: the server has one network, and is its own bouncer",
    ),
    Absent(
        "DH-AES, DH-BLOWFISH",
        "https://ircv3.net/specs/deprecated/sasl-dh-aes",
        "deprecated ways of SASL, which protect a password less than SCRAM does",
    ),
    Absent(
        "ECDSA-NIST256P-CHALLENGE",
        "https://github.com/kaniini/ecdsatool",
        "keys of one's own are TLS certificates here (`EXTERNAL`), which need no tool",
    ),
    Absent(
        "FILEHOST",
        "https://codeberg.org/emersion/soju/src/branch/master/doc/ext/filehost.md",
        "the server keeps words, no files",
    ),
    Absent(
        "identify-msg",
        "https://ircv3.net/specs/extensions/account-tag",
        "older than `account-tag`, which says more",
    ),
    Absent(
        "metadata, metadata-notify",
        "https://ircv3.net/specs/extensions/metadata",
        "deprecated forms of `draft/metadata-3`",
    ),
    Absent(
        "netsplit, netjoin",
        "https://ircv3.net/specs/batches/netsplit",
        "batches of linked servers: there is one, so nothing splits",
    ),
    Absent(
        "oper-tag",
        _SITE + "oper-tag",
        "a draft that no client knows yet: `WHO` and `WHOIS` tell who is an operator",
    ),
    Absent(
        "relaymsg",
        "https://github.com/ircv3/ircv3-specifications/pull/417",
        "lets bridges speak under any name; nobody should be able to",
    ),
    Absent(
        "resume",
        "https://github.com/ircv3/ircv3-specifications/pull/306",
        "withdrawn; accounts share a nick between connections, and guests have `chatserver.dev/session`",
    ),
    Absent(
        "tls",
        "https://ircv3.net/specs/deprecated/tls",
        "deprecated: `STARTTLS` can be stripped from a connection, so TLS has ports of its own",
    ),
    Absent(
        "webpush",
        "https://codeberg.org/emersion/soju/src/branch/master/doc/ext/webpush.md",
        "the server opens no connections of its own, to nobody",
    ),
)
"""Extensions that the server does not have, for docs/irc.md."""
