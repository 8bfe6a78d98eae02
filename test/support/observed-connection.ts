/** One end of ours without a transport, next to the reference decoder: what both make of the same bytes. */
import { createDeflateCodec } from "../../src/node/deflate.js";
import { ProtocolConnection } from "../../src/protocol/connection.js";
import { ProtocolError } from "../../src/protocol/errors.js";
import { PerMessageDeflate } from "../../src/protocol/extensions/permessage-deflate.js";
import { portablePlatform } from "../../src/protocol/platform.js";
import type { Role } from "../../src/protocol/connection-options.js";
import {
  type ReferenceEvent,
  type ReferenceOutcome,
  referenceOutcome,
} from "./reference-decoder.js";
import { CLOSE, closePayload, concat, decodeFrame, PONG } from "./wire-frame.js";
import type { PeerDeflate } from "./wire-squeeze.js";

export interface Settings {
  readonly role: Role;
  readonly deflate: PeerDeflate | undefined;
  readonly limits: { readonly maxMessageBytes: number; readonly maxFragments: number };
  readonly textAsBytes: boolean;
  readonly zeroCopy: boolean;
}

export interface Observed {
  readonly events: readonly ReferenceEvent[];
  readonly answers: readonly string[];
}

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** All on this thread: a codec that takes its time is another test's business. */
const codec = createDeflateCodec({ offThreadBytes: Infinity });

/** The extension as agreed for the peer's direction; ours is the same. */
function perMessageDeflate(role: Role, agreed: PeerDeflate): PerMessageDeflate {
  const { windowBits, contextTakeover } = agreed;
  const parameters = {
    serverNoContextTakeover: !contextTakeover,
    clientNoContextTakeover: !contextTakeover,
    serverMaxWindowBits: windowBits,
    clientMaxWindowBits: windowBits,
  };
  return new PerMessageDeflate({ role, parameters, codec });
}

/** What the library reports and answers when it gets `chunks` one after another. */
export function observe(settings: Settings, chunks: readonly Uint8Array[]): Observed {
  const { role, deflate, textAsBytes, zeroCopy } = settings;
  const connection = new ProtocolConnection({
    role,
    platform: portablePlatform(() => 0x01_02_03_04),
    limits: settings.limits,
    extension: deflate && perMessageDeflate(role, deflate),
    textAs: textAsBytes ? "bytes" : "string",
    zeroCopy,
  });
  const events: ReferenceEvent[] = [];
  const output: Uint8Array[] = [];
  for (const chunk of chunks) {
    connection.receive(chunk);
    for (let event = connection.nextEvent(); event; event = connection.nextEvent()) {
      events.push(asReference(event));
    }
    output.push(...connection.takeOutput().map((bytes) => bytes.slice()));
  }
  return { events, answers: framesOf(concat(output)) };
}

type LibraryEvent = NonNullable<ReturnType<ProtocolConnection["nextEvent"]>>;

function asReference(event: LibraryEvent): ReferenceEvent {
  switch (event.type) {
    case "message": {
      const { isText, data } = event;
      if (!isText) return { type: "binary", bytes: toHex(data) };
      const text = typeof data === "string" ? data : Buffer.from(data).toString("utf8");
      return { type: "text", text };
    }
    case "failed": {
      if (!(event.error instanceof ProtocolError)) throw event.error as Error;
      return { type: "failed", closeCode: event.error.closeCode };
    }
    case "close":
      return { type: "close", code: event.code, reason: event.reason };
    default:
      return { type: event.type, bytes: toHex(event.payload) };
  }
}

function framesOf(output: Uint8Array): string[] {
  const frames: string[] = [];
  for (let next = decodeFrame(output); next; next = decodeFrame(next.rest)) {
    const { opcode, fin, rsv, payload } = next.frame;
    // A Close frame that answers one may repeat its reason or not.
    const told = opcode === CLOSE ? payload.subarray(0, 2) : payload;
    frames.push(`${opcode} ${fin} ${rsv} ${toHex(told)}`);
  }
  return frames;
}

/** §5.5.2: a Pong for each Ping; §5.5.1: the code of a Close comes back; §7.1.7: a failure is told. */
export function expectedAnswers(events: readonly ReferenceEvent[]): string[] {
  return events.flatMap((event) => {
    if (event.type === "ping") return [`${PONG} true 0 ${event.bytes}`];
    if (event.type === "close") return [`${CLOSE} true 0 ${closeHex(event.code)}`];
    if (event.type === "failed") return [`${CLOSE} true 0 ${closeHex(event.closeCode)}`];
    return [];
  });
}

function closeHex(code: number): string {
  return code === 1005 ? "" : toHex(closePayload(code));
}

/** What the reference decoder reports of the same, with the library's allowance for what is compressed. */
export function reference(settings: Settings, stream: Uint8Array): ReferenceOutcome {
  const { maxMessageBytes } = settings.limits;
  // A compressed message may be a little longer than what it holds: the allowance of the library.
  const eighth = Math.floor(maxMessageBytes / 8);
  const maxCompressedBytes = maxMessageBytes + eighth + Math.floor(maxMessageBytes / 64) + 64;
  return referenceOutcome(stream, { ...settings, ...settings.limits, maxCompressedBytes });
}
