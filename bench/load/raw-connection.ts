/** A connection of the load generator: the opening handshake done, and from then on bytes. */
import { connect, type Socket } from "node:net";
import { deferred } from "./deferred.js";
import { type Deflate, judgeUpgrade, type Negotiated, upgradeRequest } from "./upgrade.js";

/** All sockets read into this one: nobody keeps what is in it. */
const shared = Buffer.allocUnsafe(65_536);

export interface RawConnection {
  readonly socket: Socket;
  readonly negotiated: Negotiated;
  /** Gets what is read, at the start of `buffer`; it is overwritten afterwards. Set it before sending. */
  onBytes: (buffer: Uint8Array, length: number) => void;
  /** Gets why the connection ended before `closeAll`. */
  onLost: (reason: Error) => void;
}

/**
 * Connects to 127.0.0.1.
 *
 * @throws {Error} The server cannot be reached, or refuses.
 */
export function openConnection(port: number, deflate: Deflate): Promise<RawConnection> {
  const request = upgradeRequest(deflate);
  let head = "";
  let connection: RawConnection | undefined;
  const { promise, resolve, reject } = deferred<RawConnection>();
  const read = (length: number, buffer: Uint8Array): boolean => {
    if (connection) {
      connection.onBytes(buffer, length);
      return true;
    }
    head += Buffer.from(buffer.subarray(0, length)).toString("latin1");
    const end = head.indexOf("\r\n\r\n");
    if (end === -1) return true;
    try {
      if (head.length > end + 4) throw new Error("the server sent a message before it got one");
      const negotiated = judgeUpgrade(head.slice(0, end), request);
      connection = { socket, negotiated, onBytes: () => {}, onLost: () => {} };
      resolve(connection);
    } catch (error) {
      socket.destroy();
      reject(error);
    }
    return true;
  };
  const socket = connect({
    port,
    host: "127.0.0.1",
    noDelay: true,
    onread: { buffer: shared, callback: read },
  });
  const lost = (error: Error): void => {
    if (connection) connection.onLost(error);
    else reject(error);
  };
  socket.on("error", lost);
  socket.on("close", () => lost(new Error("the server closed the connection")));
  socket.on("connect", () => socket.write(request.head, "latin1"));
  return promise;
}

/** At most so many handshakes at a time, so that no backlog overflows. */
const AT_A_TIME = 100;

/** @throws {Error} One of the connections could not be opened; the others are closed again. */
export async function openConnections(
  count: number,
  port: number,
  deflate: Deflate,
): Promise<RawConnection[]> {
  const connections: RawConnection[] = [];
  try {
    while (connections.length < count) {
      const batch = Math.min(AT_A_TIME, count - connections.length);
      connections.push(
        ...(await Promise.all(Array.from({ length: batch }, () => openConnection(port, deflate)))),
      );
    }
  } catch (error) {
    await closeAll(connections);
    throw error;
  }
  return connections;
}

/** Resets the connections, and waits until this end has forgotten them. */
export async function closeAll(connections: readonly RawConnection[]): Promise<void> {
  const open = connections.filter(({ socket }) => !socket.closed);
  for (const connection of connections) {
    connection.onLost = () => {};
    connection.onBytes = () => {};
  }
  await Promise.all(
    open.map(
      ({ socket }) =>
        new Promise((resolve) => {
          socket.once("close", resolve).resetAndDestroy();
        }),
    ),
  );
}
