/** Which listener may answer on the socket of an upgrade, when several may want to. */
import type { Duplex, Readable } from "node:stream";
import { unfinishedResponse } from "../connection/socket-internals.js";

/** Marks a socket as taken, for other copies of this package in the process, too. */
const TAKEN: unique symbol = Symbol.for("plainsocket.taken");

/** A socket, or a request. */
interface Takeable extends Readable {
  [TAKEN]?: true;
}

/** Tells whether a WebSocketServer has taken a socket or a request. */
export function isTaken(one: Takeable): boolean {
  return one[TAKEN] === true;
}

/** Keeps all other WebSocketServers away from a socket, or from a request. */
export function take(one: Takeable): void {
  one[TAKEN] = true;
}

/** The properties of a socket that change when it is used. */
export interface SocketUse {
  /** Includes the bytes that wait to be written. `undefined` when the transport does not count bytes. */
  readonly bytesWritten: number | undefined;
  readonly isFlowing: boolean | null;
  readonly readers: number;
}

/** Reads how a socket has been used so far: it may have carried other requests before. */
export function useOf(transport: Duplex): SocketUse {
  return {
    bytesWritten: bytesWritten(transport),
    isFlowing: transport.readableFlowing,
    readers: readersOf(transport),
  };
}

/** Tells whether a listener has answered on a socket, taken its bytes or ended it since `before`. */
export function isUsedSince(transport: Duplex, before: SocketUse): boolean {
  return (
    transport.destroyed ||
    isAnsweredSince(transport, before) ||
    transport.readableFlowing !== before.isFlowing ||
    readersOf(transport) !== before.readers
  );
}

/** Tells whether a listener has written to a socket, or ended it, since `before`. */
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
 * Calls `go` when the responses to earlier requests on a socket have been sent. That is at once, unless
 * the client did not wait for them. Answers come in the order of the requests (RFC 9112 §9.3.2).
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
