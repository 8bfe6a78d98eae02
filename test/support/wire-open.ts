/** From a transport to an open connection: the handshake by hand, then a peer that reads frames. */
import type { Duplex } from "node:stream";
import { Application } from "./wire-application.js";
import { concat } from "./wire-frame.js";
import { agreedDeflate, scriptRequest, scriptResponse, valuesOf } from "./wire-handshake.js";
import { Mismatch } from "./wire-match.js";
import { WirePeer } from "./wire-peer.js";
import type { ScriptNeeds } from "./wire-script.js";
import { PATIENCE_MS, Signal } from "./wire-signal.js";

/** An implementation, in one role, behind one kind of transport. */
export interface Endpoint {
  readonly role: "client" | "server";
  /** Set for a client that offers the same of permessage-deflate whatever a script needs. */
  readonly hasFixedOffer?: boolean;
  /**
   * Makes one connection: gives the scripted end of the transport, and tells
   * `application` what happens at the other.
   */
  open(application: Application, needs: ScriptNeeds): Promise<Duplex>;
}

export interface OpeningOptions {
  readonly send: (bytes: Uint8Array) => Promise<void>;
  /** What to send together with the handshake. */
  readonly first: Uint8Array;
}

/** Opens the connection, and sets `peer` up for what was agreed on. @throws {Mismatch} */
export async function openHandshake(
  peer: WirePeer,
  role: Endpoint["role"],
  needs: ScriptNeeds,
  { send, first }: OpeningOptions,
): Promise<void> {
  const isServer = role === "server";
  if (isServer) await send(concat([scriptRequest(needs, "/"), first]));
  const head = await peer.head();
  if (head === undefined) throw new Mismatch("a handshake", "none");
  if (!isServer) await send(concat([scriptResponse(head, needs), first]));
  else if (!head.startLine.startsWith("HTTP/1.1 101 ")) throw new Mismatch("101", head.startLine);

  const hasExtension = valuesOf(head, "sec-websocket-extensions").length > 0;
  if (needs.deflate && !hasExtension) throw new Mismatch("permessage-deflate", "no extension");
  const agreed = needs.deflate && (isServer ? agreedDeflate(head) : needs.deflate);
  const { serverMaxWindowBits, clientMaxWindowBits } = agreed ?? {};
  peer.open({
    role: isServer ? "client" : "server",
    deflate: agreed && {
      windowBits: (isServer ? serverMaxWindowBits : clientMaxWindowBits) ?? 15,
      contextTakeover: !(isServer
        ? agreed.serverNoContextTakeover
        : agreed.clientNoContextTakeover),
    },
    maxMessageBytes: Infinity,
    maxFragments: Infinity,
  });
}

/** An open connection to `endpoint`, for tests that are no scripts. */
export async function openPeer(
  endpoint: Endpoint,
  needs: ScriptNeeds = {},
): Promise<{
  readonly peer: WirePeer;
  readonly application: Application;
  readonly signal: Signal;
}> {
  const signal = new Signal();
  const application = new Application(signal);
  const peer = new WirePeer(await endpoint.open(application, needs), signal, PATIENCE_MS);
  const send = (bytes: Uint8Array): Promise<void> => peer.write(bytes);
  await openHandshake(peer, endpoint.role, needs, { send, first: new Uint8Array(0) });
  await signal.until(() => application.isOpen || undefined, PATIENCE_MS);
  return { peer, application, signal };
}
