"""A terminal chat client that is also a tool for scripts and a library for bots."""
