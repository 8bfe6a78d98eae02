/** Whose the socket of an upgrade is: several listeners may want to answer one, and only one may. */
import type { Duplex, Readable } from "node:stream";
import { unfinishedResponse } from "../connection/socket-reads.js";

/** Other copies of this package in the same process know it, too. */
const TAKEN: unique symbol = Symbol.for("plainsocket.taken");

/** A socket, or a request. */
interface Takeable extends Readable {
  [TAKEN]?: true;
}

/** Tells whether a WebSocketServer has a socket, or has seen to a request. */
export function isTaken(one: Takeable): boolean {
  return one[TAKEN] === true;
}

/** Keeps all other WebSocketServers away from a socket, or from a request. */
export function take(one: Takeable): void {
  one[TAKEN] = true;
}

/** What changes on a socket when somebody uses it. */
export interface SocketUse {
  /** Those that wait to be written count. `undefined` when the transport does not count them. */
  readonly bytesWritten: number | undefined;
  readonly isFlowing: boolean | null;
  readonly readers: number;
}

/** How much a socket has been used so far: it may have carried other requests before. */
export function useOf(transport: Duplex): SocketUse {
  return {
    bytesWritten: bytesWritten(transport),
    isFlowing: transport.readableFlowing,
    readers: readersOf(transport),
  };
}

/** Tells whether anybody has answered on a socket, taken its bytes or ended it since. */
export function isUsedSince(transport: Duplex, before: SocketUse): boolean {
  return (
    transport.destroyed ||
    isAnsweredSince(transport, before) ||
    transport.readableFlowing !== before.isFlowing ||
    readersOf(transport) !== before.readers
  );
}

/** Tells whether anybody has written to a socket, or ended it, since. */
export function isAnsweredSince(transport: Duplex, before: SocketUse): boolean {
  return (
    transport.writableEnded ||
    transport.writableLength > 0 ||
    bytesWritten(transport) !== before.bytesWritten
  );
}

function bytesWritten(transport: Duplex): number | undefined {
  if (!("bytesWritten" in transport)) return undefined;
  return typeof transport.bytesWritten === "number" ? transport.bytesWritten : undefined;
}

function readersOf(transport: Duplex): number {
  return transport.listenerCount("data") + transport.listenerCount("readable");
}

/**
 * Calls `go` once the responses to earlier requests on a socket have been sent: now, but for a client
 * that does not wait for them. Answers come in the order of the requests (RFC 9112 §9.3.2).
 */
export function afterEarlierResponses(transport: Duplex, go: () => void): void {
  const earlier = unfinishedResponse(transport);
  if (earlier === undefined) {
    go();
    return;
  }
  transport.on("error", ignore); // Node does not listen for errors any more
  earlier.once("close", () => {
    transport.off("error", ignore);
    afterEarlierResponses(transport, go);
  });
}

export function ignore(): void {}
