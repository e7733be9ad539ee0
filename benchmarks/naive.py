"""The chat server of the tutorials, as a yardstick: a write per message and member.

    python -m benchmarks.naive PORT

It reads with a StreamReader, on uvloop: what differs is the design, not the event loop.
"""

import asyncio
import sys

import uvloop

Members = dict[asyncio.StreamWriter, str]


async def talk(
    members: Members, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Serve one client until it leaves."""
    members[writer] = f"guest{len(members)}"
    try:
        writer.write(b"Welcome!\n")
        while line := await reader.readline():
            if line.startswith(b"/nick "):
                members[writer] = line[6:].decode().strip()
                continue
            for member in members:
                if member is not writer:
                    member.write(b"[" + members[writer].encode() + b"] " + line)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        del members[writer]
        writer.close()


async def serve(port: int) -> None:
    """Listen on loopback until the process is ended."""
    members: Members = {}
    server = await asyncio.start_server(
        lambda reader, writer: talk(members, reader, writer), "127.0.0.1", port, backlog=4096
    )
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
