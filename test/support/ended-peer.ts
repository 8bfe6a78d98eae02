/** A connection of ours that has ended before anybody listened, and what its listeners are told. */
import type { WebSocketConnection } from "../../src/node/connection/connection.js";
import { ReadyState } from "../../src/protocol/connection-reports.js";
import { eventually, type PeerOptions, RawPeer, settle } from "./raw-peer.js";
import { CLOSE, closePayload, frame, TEXT } from "./wire-frame.js";

/** What the peer sends last: two messages, and its Close frame. */
export const LAST = [frame(TEXT, "1"), frame(TEXT, "2"), frame(CLOSE, closePayload(4000, "bye"))];

/** Lets the peer send two messages and close, before anybody listens. */
export async function ended(options: PeerOptions = {}): Promise<RawPeer> {
  const peer = new RawPeer(options);
  peer.send(...LAST);
  peer.socket.end();
  await eventually(() => peer.connection.readyState === ReadyState.CLOSED);
  await settle();
  return peer;
}

/** Adds listeners that note what they are told. */
export function listen(
  connection: WebSocketConnection,
  names: readonly ("message" | "end" | "close")[],
  log: string[] = [],
): string[] {
  for (const name of names) {
    if (name === "message") connection.on(name, (message) => log.push(message.toString()));
    else
      connection.on(name, ({ code, unreadMessages }) =>
        log.push(`${name} ${code} ${unreadMessages}`),
      );
  }
  return log;
}
