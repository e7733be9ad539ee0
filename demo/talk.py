"""A client that talks by itself: says hello, and greets everyone who says something, once.

    python talk.py NAME ipv4|ipv6|tls

It is `chatclient` as a tool: what it says goes to its standard input, what it hears comes as JSON
lines. With "tls" it connects by the server's name, and trusts its certificate alone.
"""

import json
import signal
import socket
import subprocess
import sys

SERVER, PORT, TLS_PORT = "server", 9000, 6697
CERTIFICATE = "/tls/tls-cert.pem"
FAMILIES = {"ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}
OTHERS = 2


def place(way: str) -> list[str]:
    """Where chatclient connects: the server's address in the family, or its name, over TLS."""
    if way not in FAMILIES:
        return [SERVER, str(TLS_PORT), "--tls", "--tls-ca", CERTIFICATE]
    found = socket.getaddrinfo(SERVER, PORT, FAMILIES[way], socket.SOCK_STREAM)
    return [str(found[0][4][0]), str(PORT)]


def talk(name: str, way: str) -> int:
    """Talk until the server ends or we are told to stop; returns chatclient's exit status."""
    where = place(way)
    with subprocess.Popen(  # noqa: S603 - the arguments are ours
        ["chatclient", *where, "--nick", name, "--send", "-", "--json"],  # noqa: S607
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as client:
        assert client.stdin  # noqa: S101 - both were asked for
        assert client.stdout  # noqa: S101
        say = client.stdin
        print(f"hello, all, from {name} at {where[0]} by {way}", file=say, flush=True)
        greeted, met = set[str](), set[str]()
        for line in client.stdout:
            heard = json.loads(line)
            who, text = heard["from"], heard["text"]
            print(f"{who}: {text}" if heard["kind"] == "message" else f"* {text}", flush=True)
            if heard["kind"] != "message" or heard["own"]:
                continue
            if who not in greeted:
                greeted.add(who)
                print(f"hello, {who}", file=say, flush=True)
            if text == f"hello, {name}" and who not in met:
                met.add(who)
                if len(met) == OTHERS:
                    print(f"* {name} has met {' and '.join(sorted(met))}", flush=True)
    return client.returncode


if __name__ == "__main__":
    # As process 1 of a container nothing else would end it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    sys.exit(talk(sys.argv[1], sys.argv[2]))
