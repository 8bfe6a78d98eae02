/** A manager over connections in memory, whose peers are the test itself. */
import { ConnectionManager, type ManagerOptions } from "../../src/manager/index.js";
import { FakeClock } from "./clock.js";
import { type PeerOptions, RawPeer } from "./raw-peer.js";
import type { WebSocketConnection } from "../../src/node/index.js";
import { TEXT } from "./wire-frame.js";

export class ManagedPeers {
  readonly clock: FakeClock = new FakeClock();
  readonly manager: ConnectionManager<string>;
  /** What `onHandlerError` of the manager, and of its connections, has got. */
  readonly errors: unknown[] = [];

  constructor(options: ManagerOptions<string> = {}) {
    this.manager = new ConnectionManager({
      clock: this.clock,
      onHandlerError: (error) => this.errors.push(error),
      ...options,
    });
  }

  /** One more connection, which the manager has. */
  add(options: PeerOptions = {}, reading: "reading" | "stalled" = "reading"): RawPeer {
    const onHandlerError = (error: unknown): unknown => this.errors.push(error);
    const all = { clock: this.clock, onHandlerError, ...options };
    const peer = new RawPeer(all, reading === "reading");
    this.manager.add(peer.connection);
    return peer;
  }

  /** As many more as that. */
  addAll(count: number): RawPeer[] {
    return Array.from({ length: count }, () => this.add());
  }
}

/** The text messages that have come to a peer, and were not asked for yet. */
export function textsOf(peer: RawPeer): string[] {
  return peer.frames
    .filter(({ opcode }) => opcode === TEXT)
    .map(({ payload }) => Buffer.from(payload).toString());
}

/** The close code that a peer has got. */
export function closeOf(peer: RawPeer): string | undefined {
  const close = peer.frames.find(({ opcode }) => opcode === 8);
  if (close === undefined) return undefined;
  const payload = Buffer.from(close.payload);
  return payload.length === 0
    ? ""
    : `${payload.readUInt16BE()} ${payload.toString("utf8", 2)}`.trim();
}

/** A question that is answered when the test says so. */
export class Question {
  readonly asked: string[] = [];
  readonly #open: ((answer: boolean) => void)[] = [];

  readonly ask = (
    _connection: WebSocketConnection<string>,
    action: string,
    room: string,
  ): Promise<boolean> => {
    this.asked.push(`${action} ${room}`);
    return new Promise((resolve) => this.#open.push(resolve));
  };

  /** Answers the question that has waited longest. */
  answer(answer: boolean): void {
    this.#open.shift()?.(answer);
  }
}
