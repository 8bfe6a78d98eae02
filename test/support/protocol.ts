/** Ends of a connection without I/O, and what tests do with them. */
import { expect } from "vitest";
import { ProtocolConnection } from "../../src/protocol/connection.js";
import type { ProtocolConnectionOptions, Role } from "../../src/protocol/connection-options.js";
import type { ViolationCode } from "../../src/protocol/errors.js";
import type { ProtocolEvent } from "../../src/protocol/connection-reports.js";
import { type Platform, portablePlatform } from "../../src/protocol/platform.js";
import {
  concat,
  decodeFrame,
  encodeFrame,
  frame,
  type ReceivedFrame,
  SCRIPT_KEY,
  type WireForm,
  type WireFrame,
} from "./wire-frame.js";

export const ROLES: readonly Role[] = ["client", "server"];

/** The key that clients of tests mask with; {@link SCRIPT_KEY} as an integer. */
export const MASKING_KEY = 0x37_fa_21_3d;

/** The portable platform, with a masking key that is always the same. */
export const platform: Platform = portablePlatform(() => MASKING_KEY);

/** A platform that notes the length of each piece of memory it is asked for. */
export function countingPlatform(): { platform: Platform; allocated: number[] } {
  const allocated: number[] = [];
  const allocate = (length: number): Uint8Array => {
    allocated.push(length);
    return new Uint8Array(length);
  };
  return { platform: { ...platform, allocate }, allocated };
}

export type ConnectionOptions = Omit<Partial<ProtocolConnectionOptions>, "role">;

export function connection(role: Role, options: ConnectionOptions = {}): ProtocolConnection {
  return new ProtocolConnection({ role, platform, ...options });
}

export function opposite(role: Role): Role {
  return role === "client" ? "server" : "client";
}

/** A frame as bytes, as `from` sends it: clients mask. */
export function frameFrom(
  from: Role,
  opcode: number,
  payload: Uint8Array | string = "",
  { maskingKey = SCRIPT_KEY, ...overrides }: Partial<WireFrame> & WireForm = {},
): Uint8Array {
  const form = { ...overrides, maskingKey: from === "client" ? maskingKey : undefined };
  return encodeFrame(frame(opcode, payload, overrides), form);
}

/** Feeds `end` with copies of `chunks` one after another, and collects all it reports. */
export function eventsOf(
  end: ProtocolConnection,
  ...chunks: readonly Uint8Array[]
): ProtocolEvent[] {
  const events = pull(end);
  for (const chunk of chunks) {
    end.receive(chunk.slice());
    events.push(...pull(end));
  }
  return events;
}

/** More than any test needs. */
const MOST_EVENTS = 100_000;

/** All events that are there without more bytes. */
export function pull(end: ProtocolConnection): ProtocolEvent[] {
  const events: ProtocolEvent[] = [];
  for (let event = end.nextEvent(); event; event = end.nextEvent()) {
    if (events.push(event) > MOST_EVENTS) throw new Error("events without end");
  }
  return events;
}

/** The output of `end`, in one piece. */
export function outputOf(end: ProtocolConnection): Uint8Array {
  return concat(end.takeOutput());
}

/** The frames in the output of `end`, read by other code than the library's. */
export function framesSentBy(end: ProtocolConnection): ReceivedFrame[] {
  return framesIn(outputOf(end));
}

/** The frames that `bytes` consist of. */
export function framesIn(bytes: Uint8Array): ReceivedFrame[] {
  const frames: ReceivedFrame[] = [];
  let rest = bytes;
  for (let next = decodeFrame(rest); next; next = decodeFrame(rest)) {
    frames.push(next.frame);
    rest = next.rest;
  }
  if (rest.length > 0) throw new Error(`not a frame: ${Buffer.from(rest).toString("hex")}`);
  return frames;
}

/** Carries output both ways until there is none, and gives what each end reported. */
export function exchange(
  client: ProtocolConnection,
  server: ProtocolConnection,
): {
  client: ProtocolEvent[];
  server: ProtocolEvent[];
} {
  const events = { client: pull(client), server: pull(server) };
  for (;;) {
    const toServer = outputOf(client);
    const toClient = outputOf(server);
    if (toServer.length + toClient.length === 0) return events;
    events.server.push(...eventsOf(server, toServer));
    events.client.push(...eventsOf(client, toClient));
  }
}

/** Cuts `bytes` at the given places: what TCP may do to them. */
export function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places)].sort((a, b) => a - b);
  return [0, ...ends].map((start, i) => bytes.slice(start, ends[i] ?? bytes.length));
}

export function bytewise(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

/** Matches the error for a broken rule. */
export function violation(code: ViolationCode): unknown {
  return expect.objectContaining({ name: "ProtocolError", code });
}

/** Matches the payload of a Close frame with this code, whatever its reason. */
export function closingWith(code: number): unknown {
  return expect.toSatisfy(
    (payload: Uint8Array) => payload[0] === code >> 8 && payload[1] === (code & 255),
  );
}

/** Compares long bytes a hundred times faster than `toEqual`. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

/** The bytes 0, 1, 2 … 250, 0 …: no two places near each other look the same. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i % 251);
}
