"""A server for tests, with the websockets library of Debian. Prints its port; ends with its standard input.

The path says what it does: /echo sends every message back, /fragments answers in fragments, /ping pings and
reports the pong, /close/CODE/REASON closes. Arguments: "deflate" or "plain".
"""
import asyncio
import sys
import urllib.parse

import websockets


async def serve(connection):
    path = getattr(connection, "path", None) or connection.request.path  # by version of the library
    try:
        if path == "/echo":
            async for message in connection:
                await connection.send(message)
        elif path == "/fragments":
            async for message in connection:
                half = len(message) // 2
                await connection.send([message[:half], message[:0], message[half:]])
        elif path == "/ping":
            await (await connection.ping("from python"))
            await connection.send("pong came")
            await connection.wait_closed()
        elif path.startswith("/close/"):
            _, _, code, reason = path.split("/", 3)
            await connection.close(int(code), urllib.parse.unquote(reason))
    except websockets.ConnectionClosed:
        pass


async def main():
    compression = "deflate" if sys.argv[1] == "deflate" else None
    server = await websockets.serve(
        serve, "127.0.0.1", 0, compression=compression, max_size=2**21, subprotocols=["b"]
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
