"""A TCP proxy between Kafka and its clients, for connections that are cut, slow, or dead.

    proxy.py PORT TARGET-FILE MODE-FILE

TARGET-FILE holds the port behind it, as soon as that is known. MODE-FILE is read all the time, and holds one of
  open      everything passes
  slow MS   each piece of up to 16 KB waits for so many milliseconds, in each direction
  dead      connections stay, and nothing passes
  cut       connections are reset, and none is accepted
"""
import asyncio
import sys

PORT, TARGET, MODE = int(sys.argv[1]), sys.argv[2], sys.argv[3]
mode, delay = "open", 0.0
alive = set()


async def watch():
    global mode, delay
    while True:
        words = open(MODE).read().split() or ["open"]
        if words[0] == "cut" and mode != "cut":
            for writer in list(alive):
                writer.transport.abort()
        mode, delay = words[0], float(words[1]) / 1000 if len(words) > 1 else 0.0
        await asyncio.sleep(0.02)


async def pipe(reader, writer):
    try:
        while data := await reader.read(16384):
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
    await asyncio.gather(pipe(reader, far_writer), pipe(far_reader, writer))


async def main():
    server = await asyncio.start_server(accept, "127.0.0.1", PORT)
    async with server:
        await watch()


asyncio.run(main())
