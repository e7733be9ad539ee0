"""A pytest plugin for irctest: servers listen on 127.0.0.1, not on every address of the machine."""

import socket

import irctest.basecontrollers  # type: ignore[import-not-found]


def find_hostname_and_port() -> tuple[str, int]:
    """Return an address of the machine itself with a port that is free."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        host, port = probe.getsockname()
    return host, port


irctest.basecontrollers.find_hostname_and_port = find_hostname_and_port
