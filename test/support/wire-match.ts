/** Whether what came is what a script expects, and the waiting for it. */
import type { ReferenceEvent } from "./reference-decoder.js";
import type { AppEvent } from "./wire-application.js";
import { describeAppEvent, describeEvent, describeFrame } from "./wire-describe.js";
import type { WireFrame } from "./wire-frame.js";
import type { Ending, WirePeer } from "./wire-peer.js";
import type { ExpectedAppEvent, ExpectedEvent } from "./wire-script.js";

/** What did not match, in few words. */
export class Mismatch extends Error {
  readonly expected: string;
  readonly got: string;

  constructor(expected: string, got: string) {
    super(`expected ${expected}, got ${got}`);
    this.expected = expected;
    this.got = got;
  }
}

export async function expectEvent(peer: WirePeer, expected: ExpectedEvent): Promise<void> {
  const event = await peer.nextEvent();
  if (event !== undefined && isEvent(event, expected)) return;
  throw new Mismatch(describeEvent(expected), event ? describeEvent(event) : nothing(peer));
}

export async function expectFrame(peer: WirePeer, expected: WireFrame): Promise<void> {
  const frame = await peer.nextFrame();
  if (frame !== undefined && describeFrame(frame) === describeFrame(expected)) return;
  throw new Mismatch(describeFrame(expected), frame ? describeFrame(frame) : nothing(peer));
}

/** Waits for the endpoint to end the connection; it must have sent all that was asked for, and no more. */
export async function expectEnd(peer: WirePeer, endings: readonly Ending[]): Promise<void> {
  const ending = await peer.ended();
  const leftover = peer.leftover();
  if (leftover !== undefined) throw new Mismatch("the end", leftover);
  if (ending === undefined || !endings.includes(ending)) {
    throw new Mismatch("the end", ending ?? "nothing");
  }
}

/** Compares what the application was told with what it should have been told. */
export function expectAppEvent(event: AppEvent | undefined, expected: ExpectedAppEvent): void {
  if (event !== undefined && isAppEvent(event, expected)) return;
  const got = event ? describeAppEvent(event) : "nothing";
  throw new Mismatch(`the application to see ${describeAppEvent(expected)}`, got);
}

function isEvent(event: ReferenceEvent, expected: ExpectedEvent): boolean {
  if (event.type !== "close" || expected.type !== "close") {
    return JSON.stringify(event) === JSON.stringify(expected);
  }
  const codes = typeof expected.code === "number" ? [expected.code] : expected.code;
  return codes.includes(event.code) && event.reason === (expected.reason ?? event.reason);
}

/** Each member that is expected has that value; the others are free. */
function isAppEvent(event: AppEvent, expected: ExpectedAppEvent): boolean {
  const members = new Map<string, unknown>(Object.entries(event));
  return Object.entries(expected).every(([name, value]) => members.get(name) === value);
}

function nothing(peer: WirePeer): string {
  return peer.ending === undefined ? "nothing" : `the end (${peer.ending})`;
}
