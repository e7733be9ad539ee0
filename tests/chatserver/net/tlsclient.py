"""A client with TLS in memory: what it is given is records, what it gives out is records."""

import asyncio
import contextlib
import socket
import ssl


class TlsClient:
    """TLS as the ssl module of Python does it, without I/O."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing)
        self.has_ended = False
        """Whether the server has sent its close_notify."""

    def shake(self) -> bool:
        """Go on with the handshake, and say whether it is done."""
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.do_handshake()
            return True
        return False

    def output(self) -> bytes:
        """Return what is to be sent."""
        return self._outgoing.read()

    def take(self, records: bytes) -> None:
        """Receive."""
        self._incoming.write(records)

    def read(self) -> bytes:
        """Return all that was said to it."""
        data = b""
        try:
            while part := self.tls.read(65_536):
                data += part
        except ssl.SSLWantReadError:
            return data
        except ssl.SSLZeroReturnError:
            """It is the end, as an empty read is."""
        self.has_ended = True
        return data

    def end(self) -> None:
        """Say that nothing more comes (close_notify), and go on listening."""
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.unwrap()


class TlsCaller:
    """One on a socket of its own, who decides about each record."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext) -> None:
        self.sock = sock
        self.client = TlsClient(context)
        self.unread = b""

    async def flush(self) -> None:
        """Send what there is to send."""
        await asyncio.get_running_loop().sock_sendall(self.sock, self.client.output())

    async def take(self) -> bool:
        """Receive something; False at the end. Raises `ConnectionResetError`."""
        async with asyncio.timeout(10):
            data = await asyncio.get_running_loop().sock_recv(self.sock, 65_536)
        self.client.take(data)
        return bool(data)

    async def shake(self) -> None:
        """Go through the handshake."""
        while not self.client.shake():
            await self.flush()
            assert await self.take()
        await self.flush()

    async def send(self, text: bytes) -> None:
        """Say something."""
        self.client.tls.write(text)
        await self.flush()

    async def line(self) -> bytes:
        """Return the next line, or what there is before the end."""
        while b"\n" not in self.unread:
            self.unread += self.client.read()
            if b"\n" not in self.unread and (self.client.has_ended or not await self.take()):
                break
        line, end, self.unread = self.unread.partition(b"\n")
        return line + end

    async def rest(self) -> bytes:
        """Return all up to the end."""
        text, self.unread = self.unread, b""
        while not self.client.has_ended and await self.take():
            text += self.client.read()
        return text

    async def ask(self, text: bytes) -> bytes:
        """Say a line and return the answer."""
        await self.send(text + b"\n")
        return await self.line()
