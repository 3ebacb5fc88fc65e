"""A TCP proxy between Kafka and its clients, for connections that are cut, slow, dead, or deaf.

    proxy.py PORT TARGET-FILE MODE-FILE

TARGET-FILE holds the port behind it, as soon as that is known. MODE-FILE is read all the time, and holds one of
  open      everything passes
  slow MS   each piece of up to 16 KB waits for so many milliseconds, in each direction
  dead      connections stay, and nothing passes
  cut       connections are reset, and none is accepted
  deaf KEY  on connections that have carried a request of this number in the protocol (1: fetch, 12: heartbeat, …), nothing
            passes any more, for good; new ones are open
  trap KEY  so it is with the next connection that carries such a request, from that on
"""
import asyncio
import struct
import sys

PORT, TARGET, MODE = int(sys.argv[1]), sys.argv[2], sys.argv[3]
mode, delay, trap = "open", 0.0, None
alive = set()
connections = set()


class Connection:
    """What a connection has carried, and whether anything still passes on it."""

    def __init__(self):
        self.keys, self.is_deaf, self.left, self.head = set(), False, 0, b""

    def saw(self, data):
        """Requests are a length of four bytes, and begin with their number in two."""
        global trap
        while data:
            if self.left:
                skipped = min(self.left, len(data))
                self.left -= skipped
                data = data[skipped:]
                continue
            taken = 6 - len(self.head)
            self.head, data = self.head + data[:taken], data[taken:]
            if len(self.head) == 6:
                length, key = struct.unpack(">ih", self.head)
                self.keys.add(key)
                if key == trap:
                    self.is_deaf, trap = True, None
                self.left, self.head = max(length - 2, 0), b""


async def watch():
    global mode, delay, trap
    while True:
        words = open(MODE).read().split() or ["open"]
        if words[0] == "cut" and mode != "cut":
            for writer in list(alive):
                writer.transport.abort()
        wanted = " ".join(words) if words[0] in ("deaf", "trap") else words[0]
        if wanted != mode:
            trap = int(words[1]) if words[0] == "trap" else None
        if words[0] == "deaf" and wanted != mode:
            for connection in connections:
                connection.is_deaf = connection.is_deaf or int(words[1]) in connection.keys
        mode, delay = wanted, float(words[1]) / 1000 if words[0] == "slow" else 0.0
        await asyncio.sleep(0.02)


async def pipe(reader, writer, connection, is_request):
    try:
        while data := await reader.read(16384):
            if is_request:
                connection.saw(data)
            while connection.is_deaf:
                await asyncio.sleep(0.5)
            if delay:
                await asyncio.sleep(delay)
            while mode == "dead":
                await asyncio.sleep(0.02)
            writer.write(data)
            await writer.drain()
    except (ConnectionError, OSError):
        pass
    finally:
        writer.transport.abort()
        alive.discard(writer)


async def accept(reader, writer):
    if mode == "cut":
        return writer.transport.abort()
    try:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", int(open(TARGET).read()))
    except (ConnectionError, OSError, ValueError):
        return writer.transport.abort()
    alive.update((writer, far_writer))
    connection = Connection()
    connections.add(connection)
    await asyncio.gather(pipe(reader, far_writer, connection, True), pipe(far_reader, writer, connection, False))


async def main():
    server = await asyncio.start_server(accept, "127.0.0.1", PORT)
    async with server:
        await watch()


asyncio.run(main())
