"""Says by its exit status whether the server answers; it asks as a browser, so is no guest.

A server that answers an HTTP request with its short refusal has accepted, read and written.
"""

import socket
import sys

TIMEOUT_SECONDS = 2

try:
    with socket.create_connection(("localhost", 9000), timeout=TIMEOUT_SECONDS) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        sys.exit(not connection.recv(1024).startswith(b"HTTP/1.1 400"))
except OSError as error:
    sys.exit(f"the server does not answer: {error}")
