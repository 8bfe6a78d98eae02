// A message that a user keeps does not keep the chunk of 64 KiB in which it came. In a process of its own, over TCP.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, type WebSocketConnection, WebSocketServer } from "../../../src/index.js";
import { retainedBytes } from "../../support/retained-bytes.js";
import { settle } from "../../support/raw-peer.js";

/**
 * How many messages are kept, so many that what the test runner comes to hold meanwhile, some
 * hundred KiB, does not show; fewer where most are dropped, which takes longer.
 */
const KEPT = 6_000;
const KEPT_OF_MANY = 1_500;

/** What a message takes on top of its bytes: a Buffer with an ArrayBuffer of its own, and its place in a list. */
const BYTES_PER_MESSAGE = 250;

/** Small Buffers are parts of a pool of `Buffer.poolSize`, here as everywhere in Node. */
const POOL_BYTES = Buffer.poolSize;

describe.each([
  ["as they are", false],
  ["compressed", { thresholdBytes: 0 }],
])("messages that came %s", (_name, perMessageDeflate) => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate });
  let ends: Record<"client" | "server", WebSocketConnection>;

  beforeAll(async () => {
    await server.listening();
    const accepted = new Promise<WebSocketConnection>((resolve) => {
      server.once("connection", resolve);
    });
    ends = { client: await connect(server.url, { perMessageDeflate }), server: await accepted };
  });

  afterAll(() => server.shutdown());

  /**
   * Sends messages until `wanted` are kept, every `nth` one.
   *
   * @returns What each of those takes, in bytes.
   */
  async function kept(
    role: "client" | "server",
    length: number,
    kind: string,
    wanted = KEPT,
    nth = 1,
  ) {
    const { [role]: receiver, [role === "client" ? "server" : "client"]: sender } = ends;
    const messages: (string | Buffer)[] = [];
    let count = 0;
    const total = wanted * nth;
    let finish = (): void => {};
    const all = new Promise<void>((resolve) => (finish = resolve));
    const listener = (message: string | Buffer): void => {
      if (count++ % nth === 0) messages.push(message);
      if (count === total) finish();
    };
    receiver.on("message", listener);
    await settle();
    const before = retainedBytes();
    for (let i = 0; i < total; i++) {
      const text = `${i} `.padEnd(length, `abc${i}`);
      sender.send(kind === "text" ? text : Buffer.from(text));
      if (i % 1_000 === 0) await sender.drained();
    }
    await all;
    await settle();
    const after = retainedBytes();
    receiver.off("message", listener);
    expect(messages).toHaveLength(wanted);
    expect(messages.every((message) => message.length === length)).toBe(true);
    messages.length = 0; // whoever still has the list, an engine's last frame say, has no messages with it
    return (after - before) / wanted;
  }

  const roles = ["client", "server"] as const;
  const kinds = ["text", "binary"];
  const cases = roles.flatMap((role) => kinds.map((kind) => [role, kind] as const));

  it.each(cases)("take no more than twice their bytes at a %s, as %s", async (role, kind) => {
    expect(await kept(role, 400, kind)).toBeLessThan(2 * 400);
    expect(await kept(role, 100, kind)).toBeLessThan(100 + BYTES_PER_MESSAGE);
  });

  it.each(kinds)("are no dearer where few are kept, as %s", async (kind) => {
    const most = kind === "binary" ? 1_000 + POOL_BYTES : 2 * 1_000;
    expect(await kept("server", 1_000, kind, KEPT_OF_MANY, 10)).toBeLessThan(most);
  });
});
