/** Plays a script to an endpoint, in one of several manners of delivery, and says what did not match. */
import { type AppCommand, type AppEvent, Application } from "./wire-application.js";
import { concat, encodeFrame, SCRIPT_KEY } from "./wire-frame.js";
import { type Endpoint, openHandshake } from "./wire-open.js";
import { expectAppEvent, expectEnd, expectEvent, expectFrame, Mismatch } from "./wire-match.js";
import { WirePeer } from "./wire-peer.js";
import type { ExpectedAppEvent, Sendable, Step, WireScript } from "./wire-script.js";
import { PATIENCE_MS, Signal, turn } from "./wire-signal.js";

/**
 * How what a script sends reaches the endpoint: each step at once, each byte for
 * itself (the handshake too), all together with the handshake as far as the script
 * does not wait for the application, or each step at once but for one cut at a
 * place counted over the whole script.
 */
export type Delivery = "whole" | "bytewise" | "coalesced" | { readonly splitAt: number };

export interface RunOptions {
  /** How long to wait for something that has to come. */
  readonly timeoutMs?: number;
}

/** Plays `script`; returns when all of it matched. @throws {Mismatch} */
export async function playScript(
  script: WireScript,
  endpoint: Endpoint,
  delivery: Delivery,
  { timeoutMs = PATIENCE_MS }: RunOptions = {},
): Promise<void> {
  const run = new ScriptRun(script, endpoint, delivery, timeoutMs);
  try {
    await run.play();
  } catch (error) {
    const sent = typeof delivery === "object" ? `split at byte ${delivery.splitAt}` : delivery;
    if (error instanceof Mismatch) error.message += ` (sent ${sent})`;
    throw error;
  } finally {
    run.stop();
  }
}

/** How many bytes a script sends: the number of places to split it at, and one more. */
export function scriptLength(script: WireScript, role: Endpoint["role"]): number {
  return bytesOfSteps(script.steps, role).length;
}

class ScriptRun {
  readonly #script: WireScript;
  readonly #endpoint: Endpoint;
  readonly #delivery: Delivery;
  readonly #timeoutMs: number;
  readonly #signal = new Signal();
  readonly #application = new Application(this.#signal);
  #peer: WirePeer | undefined;
  #sentBytes = 0;
  #appEvents = 0;

  constructor(script: WireScript, endpoint: Endpoint, delivery: Delivery, timeoutMs: number) {
    this.#script = script;
    this.#endpoint = endpoint;
    this.#delivery = delivery;
    this.#timeoutMs = timeoutMs;
  }

  async play(): Promise<void> {
    const { needs = {}, steps } = this.#script;
    const raw = await this.#endpoint.open(this.#application, needs);
    const peer = new WirePeer(raw, this.#signal, this.#timeoutMs);
    this.#peer = peer;

    const early = this.#delivery === "coalesced" ? earlySteps(steps) : [];
    const first = bytesOfSteps(early, this.#endpoint.role);
    const send = (bytes: Uint8Array): Promise<void> => this.#send(peer, bytes);
    await openHandshake(peer, this.#endpoint.role, needs, { send, first });
    for (const step of steps) if (!early.includes(step)) await this.#do(step, peer);
    await this.#checkEnd(peer);
  }

  stop(): void {
    this.#peer?.destroy();
  }

  async #send(peer: WirePeer, bytes: Uint8Array): Promise<void> {
    if (this.#delivery === "bytewise") {
      for (const byte of bytes) await peer.write(Uint8Array.of(byte));
    } else await peer.write(bytes);
  }

  /** Sends one step, cut where the delivery says. */
  async #sendStep(peer: WirePeer, bytes: Uint8Array): Promise<void> {
    const place = typeof this.#delivery === "object" ? this.#delivery.splitAt - this.#sentBytes : 0;
    this.#sentBytes += bytes.length;
    if (place > 0 && place < bytes.length) {
      await this.#send(peer, bytes.subarray(0, place));
      await this.#send(peer, bytes.subarray(place));
    } else await this.#send(peer, bytes);
  }

  async #do(step: Step, peer: WirePeer): Promise<void> {
    const bytes = bytesOf(step, this.#endpoint.role);
    if (bytes !== undefined) await this.#sendStep(peer, bytes);
    else if ("expect" in step) for (const it of step.expect) await expectEvent(peer, it);
    else if ("expectFrames" in step)
      for (const it of step.expectFrames) await expectFrame(peer, it);
    else if ("expectApp" in step) for (const it of step.expectApp) await this.#expectApp(it);
    else if ("expectEnd" in step) {
      if (step.expectEnd === "in turn" && this.#endpoint.role === "client") peer.end();
      await expectEnd(peer, step.expectEnd === "anyhow" ? ["fin", "reset"] : ["fin"]);
      peer.end();
    } else if ("cut" in step) {
      if (step.cut === "half") peer.end();
      else peer.reset();
    } else if ("app" in step) await this.#command(step.app);
  }

  async #command(command: AppCommand): Promise<void> {
    const application = this.#application;
    await this.#signal.until(() => (application.isOpen ? true : undefined), this.#timeoutMs);
    application.perform(command);
  }

  async #expectApp(expected: ExpectedAppEvent): Promise<void> {
    const { events } = this.#application;
    const at = this.#appEvents++;
    expectAppEvent(await this.#signal.until(() => events[at], this.#timeoutMs), expected);
  }

  /** Whatever happened, the application hears of the end once, and of nothing after it. */
  async #checkEnd(peer: WirePeer): Promise<void> {
    peer.destroy();
    const { events } = this.#application;
    const isClose = (event: AppEvent): boolean => event.type === "close";
    await this.#signal.until(() => events.find(isClose), this.#timeoutMs);
    await turn();
    const closes = events.filter(isClose).length;
    if (closes !== 1) throw new Mismatch("one close event", `${closes}`);
    const last = events.at(-1);
    if (last?.type !== "close") throw new Mismatch("no event after close", last?.type ?? "");
  }
}

/** The steps whose bytes can go out before anything else has happened. */
function earlySteps(steps: readonly Step[]): Step[] {
  const blocked = steps.findIndex((step) => "app" in step || "cut" in step);
  const free = blocked < 0 ? steps : steps.slice(0, blocked);
  return free.filter((step) => "send" in step);
}

function bytesOfSteps(steps: readonly Step[], role: Endpoint["role"]): Uint8Array {
  return concat(steps.map((step) => bytesOf(step, role) ?? new Uint8Array(0)));
}

/** What a step sends, masked as the endpoint wants it; `undefined` for other steps. */
function bytesOf(step: Step, role: Endpoint["role"]): Uint8Array | undefined {
  if (!("send" in step)) return undefined;
  const pieces = step.send.map((item: Sendable) => {
    if (item instanceof Uint8Array) return item;
    const maskingKey = role === "server" ? SCRIPT_KEY : undefined;
    return encodeFrame(item, "maskingKey" in item ? item : { ...item, maskingKey });
  });
  return concat(pieces);
}
