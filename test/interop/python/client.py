"""A client for tests, with the websockets library of Debian, of an echo server. Prints what it saw as JSON.

Arguments: the URL, and "deflate" or "plain".
"""
import asyncio
import json
import sys
import time

import websockets

SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 1_048_576]


def text_of(size):
    """Text of so many bytes as UTF-8, with characters of one to four bytes in it."""
    return "a\u00e9\u20ac\U0001f600" * (size // 10) + "x" * (size % 10)


async def main(url, compression):
    seen = {}
    async with websockets.connect(url, compression=compression, max_size=2**21) as connection:
        echoed = 0
        for size in SIZES:
            for message in (text_of(size), bytes(i % 251 for i in range(size))):
                await connection.send(message)
                if await connection.recv() == message:
                    echoed += 1
        seen["echoed"] = echoed

        await connection.send(["one, ", "", "two, ", "x" * 70_000])
        seen["fragments"] = await connection.recv() == "one, two, " + "x" * 70_000

        start = time.monotonic()
        await (await connection.ping(b"hello"))
        seen["pong"] = time.monotonic() - start < 10

        await connection.close(4001, "d\u00f6ne")
    seen["close"] = [connection.close_code, connection.close_reason]

    async with websockets.connect(url, compression=compression) as connection:
        await connection.send("close, please")
        try:
            while True:
                await connection.recv()
        except websockets.ConnectionClosed:
            seen["closed"] = [connection.close_code, connection.close_reason]
    print(json.dumps(seen))


asyncio.run(main(sys.argv[1], "deflate" if sys.argv[2] == "deflate" else None))
