/** Plays one opening handshake from the tables, and says what did not match. */
import { Application } from "./wire-application.js";
import type { RequestCase, ResponseCase } from "./wire-exchange.js";
import { CLOSE, closePayload, encodeFrame, frame, SCRIPT_KEY } from "./wire-frame.js";
import { acceptFor, type Head, valuesOf } from "./wire-handshake.js";
import { expectAppEvent, Mismatch } from "./wire-match.js";
import { WirePeer } from "./wire-peer.js";
import type { Endpoint } from "./wire-open.js";
import type { RunOptions } from "./wire-runner.js";
import { PATIENCE_MS, Signal, turn } from "./wire-signal.js";

/** How a head reaches the endpoint: at once, byte by byte, or in two pieces. */
export type HeadDelivery = "whole" | "bytewise" | { readonly splitAt: number };

interface Exchange {
  readonly peer: WirePeer;
  readonly application: Application;
  readonly signal: Signal;
  readonly timeoutMs: number;
}

/** Sends a request to a server. @throws {Mismatch} */
export async function playRequest(
  test: RequestCase,
  endpoint: Endpoint,
  delivery: HeadDelivery,
  options: RunOptions = {},
): Promise<void> {
  await exchange(test.needs ?? {}, endpoint, options, async (it) => {
    await send(it.peer, test.request, delivery);
    const head = await it.peer.head();
    checkStatus(head, test);
    if (head?.startLine.startsWith("HTTP/1.1 101 ")) await checkOpen(it, test.messages ?? []);
    else await checkRefusal(it, head);
  });
}

/** Answers a client's request. @throws {Mismatch} */
export async function playResponse(
  test: ResponseCase,
  outcome: "opens" | "fails",
  endpoint: Endpoint,
  delivery: HeadDelivery,
  options: RunOptions = {},
): Promise<void> {
  await exchange(test.needs ?? {}, endpoint, options, async (it) => {
    const request = await it.peer.head();
    if (request === undefined) throw new Mismatch("a request", "nothing");
    const [key = ""] = valuesOf(request, "sec-websocket-key");
    await send(it.peer, test.response(acceptFor(key)), delivery);
    if (outcome === "fails") await checkFailure(it);
    else {
      const isOpen = await it.signal.until(() => it.application.isOpen || undefined, it.timeoutMs);
      if (!isOpen) throw new Mismatch("an open connection", "none");
      const { subprotocol } = it.application;
      if (test.subprotocol !== undefined && subprotocol !== test.subprotocol) {
        throw new Mismatch(`subprotocol ${test.subprotocol}`, subprotocol ?? "none");
      }
    }
  });
}

async function exchange(
  needs: Parameters<Endpoint["open"]>[1],
  endpoint: Endpoint,
  { timeoutMs = PATIENCE_MS }: RunOptions,
  play: (exchange: Exchange) => Promise<void>,
): Promise<void> {
  const signal = new Signal();
  const application = new Application(signal);
  const raw = await endpoint.open(application, needs);
  const peer = new WirePeer(raw, signal, timeoutMs);
  try {
    await play({ peer, application, signal, timeoutMs });
  } finally {
    peer.destroy();
  }
}

async function send(peer: WirePeer, bytes: Uint8Array, delivery: HeadDelivery): Promise<void> {
  if (delivery === "bytewise") {
    for (const byte of bytes) await peer.write(Uint8Array.of(byte));
  } else {
    const place = delivery === "whole" ? 0 : delivery.splitAt;
    if (place > 0) await peer.write(bytes.subarray(0, place));
    await peer.write(bytes.subarray(place));
  }
}

function checkStatus(head: Head | undefined, { status = 101, fields = {} }: RequestCase): void {
  const allowed = typeof status === "number" ? [status] : status;
  const expected = `status ${allowed.join(" or ")}`;
  if (head === undefined) throw new Mismatch(expected, "no response");
  const got = head.startLine.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length);
  if (!allowed.includes(Number(got))) throw new Mismatch(expected, got);

  for (const [name, value] of Object.entries(fields)) {
    const values = valuesOf(head, name);
    const isRight = value === undefined ? values.length === 0 : values.join() === value;
    if (!isRight) throw new Mismatch(`${name}: ${value ?? "absent"}`, values.join() || "absent");
  }
}

/** The messages sent behind the request have arrived, and the connection works. */
async function checkOpen(it: Exchange, messages: readonly string[]): Promise<void> {
  for (const [at, text] of messages.entries()) {
    const event = await it.signal.until(() => it.application.events[at], it.timeoutMs);
    expectAppEvent(event, { type: "text", text });
  }
  it.peer.open({ role: "client", maxMessageBytes: Infinity, maxFragments: Infinity });
  const close = frame(CLOSE, closePayload(1000));
  await it.peer.write(encodeFrame(close, { maskingKey: SCRIPT_KEY }));
  for (;;) {
    const event = await it.peer.nextEvent();
    if (event === undefined) throw new Mismatch("a Close frame", "nothing");
    if (event.type === "close") return;
  }
}

/** A refusal is the last thing a server says, and the application hears nothing of it (§4.2.2). */
async function checkRefusal({ peer, application }: Exchange, head?: Head): Promise<void> {
  const ending = await peer.ended();
  if (ending === undefined) throw new Mismatch("the end behind the refusal", "nothing");
  await turn();
  if (application.isOpen) throw new Mismatch("no connection", "one");
  const body = Number(head === undefined ? 0 : valuesOf(head, "content-length")[0]);
  if (peer.bytes.length > body) throw new Mismatch("one response", "more");
}

/** A client that refuses a response ends the connection, and sends nothing more (§4.1). */
async function checkFailure({ peer, application }: Exchange): Promise<void> {
  const ending = await peer.ended();
  if (application.isOpen) throw new Mismatch("no connection", "one");
  if (ending === undefined) throw new Mismatch("the end", "nothing");
  if (peer.bytes.length > 0) throw new Mismatch("nothing sent", `${peer.bytes.length} bytes`);
}
