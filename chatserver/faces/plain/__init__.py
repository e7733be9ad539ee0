"""The plain text face: for people with netcat or telnet, and for `echo done | nc -N host 9000`."""

from chatserver.faces.plain.face import PlainFace
from chatserver.faces.plain.nicks import guest_nicks
from chatserver.faces.plain.reader import PlainFacts

__all__ = ["PlainFace", "PlainFacts", "guest_nicks"]
