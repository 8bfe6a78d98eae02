/** Short ways to write the parts of scripts that come again and again. */
import {
  BINARY,
  CLOSE,
  closePayload,
  CONTINUATION,
  frame,
  hex,
  PING,
  PONG,
  TEXT,
  type WireFrame,
} from "../../support/wire-frame.js";
import type { ExpectedEvent, Sendable, Step, WireScript } from "../../support/wire-script.js";

type Overrides = Partial<WireFrame>;
type Payload = Uint8Array | string;

export const text = (payload: Payload = "", overrides?: Overrides): WireFrame =>
  frame(TEXT, payload, overrides);

export const binary = (payload: Payload = "", overrides?: Overrides): WireFrame =>
  frame(BINARY, payload, overrides);

export const more = (payload: Payload = "", overrides?: Overrides): WireFrame =>
  frame(CONTINUATION, payload, overrides);

export const ping = (payload: Payload = ""): WireFrame => frame(PING, payload);

export const pong = (payload: Payload = ""): WireFrame => frame(PONG, payload);

export const close = (code?: number, reason: Payload = ""): WireFrame =>
  frame(CLOSE, code === undefined ? "" : closePayload(code, reason));

/** A fragment that is not the last. */
export const NOT_FINAL = { fin: false } as const;

/** A compressed message's first frame (RFC 7692 §6). */
export const COMPRESSED = { rsv: 4 } as const;

export const gotText = (content: string): ExpectedEvent => ({ type: "text", text: content });

export const gotBinary = (bytes: string): ExpectedEvent => ({
  type: "binary",
  bytes: Buffer.from(hex(bytes)).toString("hex"),
});

export const gotPong = (content = ""): ExpectedEvent => ({
  type: "pong",
  bytes: Buffer.from(content).toString("hex"),
});

export const gotPing = (content = ""): ExpectedEvent => ({
  type: "ping",
  bytes: Buffer.from(content).toString("hex"),
});

export const gotClose = (code: number | readonly number[] = 1005, reason?: string): ExpectedEvent =>
  reason === undefined ? { type: "close", code } : { type: "close", code, reason };

/** Closes in good order, at the script's request. */
export const FAREWELL: readonly Step[] = [
  { send: [close(1000)] },
  { expect: [gotClose(1000)] },
  { expectEnd: "in turn" },
];

export interface Echo extends Omit<WireScript, "steps"> {
  readonly send: readonly Sendable[];
  /** What comes back. */
  readonly expect: readonly ExpectedEvent[];
}

/** Sends what is legal, gets the answers, and closes. */
export function answers({ send, expect, ...script }: Echo): WireScript {
  return { ...script, steps: [{ send }, { expect }, ...FAREWELL] };
}

export interface Failure extends Omit<WireScript, "steps"> {
  /** What breaks a rule. */
  readonly send: readonly Sendable[];
  /** The close code, or any of several. */
  readonly code: number | readonly number[];
}

/** Breaks a rule with the first thing sent; nothing is sent behind it. */
export function failsAtOnce({ send, code, ...script }: Failure): WireScript {
  const steps: Step[] = [
    { send },
    { expect: [gotClose(code)] },
    { expectEnd: "in turn" },
    { expectApp: [{ type: "close", wasClean: false }] },
  ];
  return { ...script, steps };
}

/**
 * Breaks a rule, between a good message and a ping. The message is delivered and its echo sent first,
 * then the endpoint says why it leaves, and takes no notice of what follows.
 */
export function fails({ send, code, ...script }: Failure): WireScript {
  const steps: Step[] = [
    { send: [text("before"), ...send, ping("after")] },
    { expect: [gotText("before"), gotClose(code)] },
    { expectEnd: "in turn" },
    {
      expectApp: [
        { type: "text", text: "before" },
        { type: "close", wasClean: false },
      ],
    },
  ];
  return { ...script, steps };
}
