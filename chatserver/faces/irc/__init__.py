"""The IRC face: RFC 1459 and 2812 as written up in Modern IRC, and IRCv3 (docs/irc.md)."""
