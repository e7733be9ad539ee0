"""What is done about each command of a server: one table."""

from collections.abc import Callable, Mapping
from typing import Final

from chatclient.session.accounts import on_account, on_register
from chatclient.session.batches import on_batch
from chatclient.session.catchup import on_target
from chatclient.session.login import (
    on_already,
    on_authenticate,
    on_failure,
    on_logged_in,
    on_logged_out,
    on_success,
)
from chatclient.session.nicks import on_nick_refused
from chatclient.session.people import on_away, on_marker, on_offline, on_online
from chatclient.session.registration import (
    on_cap,
    on_error,
    on_features,
    on_motd_end,
    on_refused,
    on_session,
    on_welcome,
)
from chatclient.session.replies import (
    on_ack,
    on_list,
    on_list_end,
    on_ping,
    on_pong,
    on_standard_reply,
    on_unavailable,
    on_wallops,
)
from chatclient.session.rooms import (
    on_chghost,
    on_invite,
    on_join,
    on_kick,
    on_mode,
    on_mode_reply,
    on_names,
    on_names_end,
    on_nick,
    on_own_away,
    on_part,
    on_quit,
    on_rename,
    on_setname,
    on_topic,
    on_topic_origin,
    on_topic_reply,
)
from chatclient.session.state import Heard, State
from chatclient.session.talk import on_message, on_redact, on_tags
from chatclient.session.whereabouts import on_who, on_who_end
from chatwire import numerics as n

Handler = Callable[[State, Heard], None]

HANDLERS: Final[Mapping[str, Handler]] = {
    "ACCOUNT": on_account,
    "ACK": on_ack,
    "AUTHENTICATE": on_authenticate,
    "AWAY": on_away,
    "BATCH": on_batch,
    "CAP": on_cap,
    "CHATHISTORY": on_target,
    "CHGHOST": on_chghost,
    "ERROR": on_error,
    "FAIL": on_standard_reply,
    "INVITE": on_invite,
    "JOIN": on_join,
    "KICK": on_kick,
    "MARKREAD": on_marker,
    "MODE": on_mode,
    "NICK": on_nick,
    "NOTE": on_standard_reply,
    "NOTICE": on_message,
    "PART": on_part,
    "PING": on_ping,
    "PONG": on_pong,
    "PRIVMSG": on_message,
    "QUIT": on_quit,
    "REDACT": on_redact,
    "REGISTER": on_register,
    "RENAME": on_rename,
    "SESSION": on_session,
    "SETNAME": on_setname,
    "TAGMSG": on_tags,
    "TOPIC": on_topic,
    "VERIFY": on_register,
    "WALLOPS": on_wallops,
    "WARN": on_standard_reply,
    n.RPL_WELCOME: on_welcome,
    n.RPL_ISUPPORT: on_features,
    n.RPL_UNAWAY: on_own_away,
    n.RPL_NOWAWAY: on_own_away,
    n.RPL_ENDOFWHO: on_who_end,
    n.RPL_WHOSPCRPL: on_who,
    n.RPL_LIST: on_list,
    n.RPL_LISTEND: on_list_end,
    n.RPL_CHANNELMODEIS: on_mode_reply,
    n.RPL_NOTOPIC: on_topic_reply,
    n.RPL_TOPIC: on_topic_reply,
    n.RPL_TOPICWHOTIME: on_topic_origin,
    n.RPL_NAMREPLY: on_names,
    n.RPL_ENDOFNAMES: on_names_end,
    n.RPL_ENDOFMOTD: on_motd_end,
    n.ERR_NOMOTD: on_motd_end,
    n.ERR_NONICKNAMEGIVEN: on_nick_refused,
    n.ERR_ERRONEUSNICKNAME: on_nick_refused,
    n.ERR_NICKNAMEINUSE: on_nick_refused,
    "436": on_nick_refused,  # ERR_NICKCOLLISION
    "437": on_unavailable,  # ERR_UNAVAILRESOURCE
    n.ERR_PASSWDMISMATCH: on_refused,
    n.ERR_YOUREBANNEDCREEP: on_refused,
    "730": on_online,  # RPL_MONONLINE
    "731": on_offline,  # RPL_MONOFFLINE
    n.RPL_LOGGEDIN: on_logged_in,
    n.RPL_LOGGEDOUT: on_logged_out,
    n.ERR_NICKLOCKED: on_failure,
    n.RPL_SASLSUCCESS: on_success,
    n.ERR_SASLFAIL: on_failure,
    n.ERR_SASLTOOLONG: on_failure,
    n.ERR_SASLABORTED: on_failure,
    n.ERR_SASLALREADY: on_already,
    n.RPL_SASLMECHS: on_failure,
}
"""What is done about each command; other numerics go to `on_numeric`."""
