"""NickServ: one's account, for clients that know neither SASL nor `REGISTER`."""

from chatserver.faces.irc.services import Service

NICKSERV = Service("NickServ", "your account, by which your nick is yours.", {})
