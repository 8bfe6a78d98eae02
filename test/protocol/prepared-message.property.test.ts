import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDeflateCodec } from "../../src/node/deflate.js";
import type { ProtocolConnection } from "../../src/protocol/connection.js";
import { createCodec } from "../../src/protocol/deflate/codec.js";
import type { DeflateCodec } from "../../src/protocol/extensions/extension.js";
import { PerMessageDeflate } from "../../src/protocol/extensions/permessage-deflate.js";
import { type PreparedMessage, prepareMessage } from "../../src/protocol/prepared-message.js";
import { LateExtension, zlibCodec } from "../support/codec.js";
import { connection, eventsOf, outputOf } from "../support/protocol.js";
import { utf8 } from "../support/wire-frame.js";

/** Sends with our DEFLATE, or with node:zlib from a size on that some messages have. */
const CODECS: readonly DeflateCodec[] = [
  createCodec(),
  createDeflateCodec({ zlibMessageBytes: 150, offThreadBytes: Infinity }),
];

/** Made of few words, so that messages refer to one another, and some longer than a small window. */
const message = fc
  .array(fc.constantFrom("Hello", "world", "the same ", '{"key":', "é€😀", "0123456789abcdef"), {
    minLength: 0,
    maxLength: 60,
  })
  .map((words) => words.join(""));

const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("prepared" as const),
      which: fc.nat(3),
      compress: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("ordinary" as const), end: fc.nat(2), message }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("settle" as const), end: fc.nat(2) }) },
);

const agreement = fc.record({
  windowBits: fc.constantFrom(9, 9, 10, 12, 15),
  contextTakeover: fc.boolean(),
  codec: fc.constantFrom(...CODECS),
  isLate: fc.boolean(),
});

type Agreement = typeof agreement extends fc.Arbitrary<infer T> ? T : never;

/** A server that sends with our codec, and a client that inflates with node:zlib. */
class Pair {
  readonly server: ProtocolConnection;
  readonly #extension: PerMessageDeflate | LateExtension;
  readonly #client: ProtocolConnection;
  readonly wanted: string[] = [];
  readonly got: string[] = [];

  constructor({ windowBits, contextTakeover, codec, isLate }: Agreement) {
    const parameters = {
      serverNoContextTakeover: !contextTakeover,
      clientNoContextTakeover: true,
      serverMaxWindowBits: windowBits,
      clientMaxWindowBits: 15,
    };
    const extension = new PerMessageDeflate({ role: "server", parameters, codec });
    this.#extension = isLate ? new LateExtension(extension) : extension;
    this.server = connection("server", { extension: this.#extension });
    const oracle = new PerMessageDeflate({ role: "client", parameters, codec: zlibCodec });
    this.#client = connection("client", { extension: oracle });
  }

  send(data: string | PreparedMessage, compress = true): void {
    this.server.sendMessage(data, { compress });
    this.wanted.push(typeof data === "string" ? data : Buffer.from(data.payload).toString());
  }

  carry(): void {
    for (const event of eventsOf(this.#client, outputOf(this.server))) {
      if (event.type !== "message") throw new Error(JSON.stringify(event));
      this.got.push(
        Buffer.from(typeof event.data === "string" ? utf8(event.data) : event.data).toString(),
      );
    }
  }

  settle(): void {
    if (this.#extension instanceof LateExtension) this.#extension.settleAll();
  }
}

describe("a prepared message", () => {
  it("among others never spoils the history of any connection that sends it", () => {
    fc.assert(
      fc.property(
        fc.tuple(agreement, agreement, agreement),
        fc.array(message, { minLength: 4, maxLength: 4 }),
        fc.array(step, { maxLength: 30 }),
        (agreements, texts, steps) => {
          const pairs = agreements.map((agreed) => new Pair(agreed));
          const prepared = texts.map((text, i) => prepareMessage(i % 2 === 0 ? text : utf8(text)));
          for (const todo of steps) {
            if (todo.type === "ordinary") pairs[todo.end]?.send(todo.message);
            else if (todo.type === "settle") pairs[todo.end]?.settle();
            else for (const pair of pairs) pair.send(prepared[todo.which]!, todo.compress);
            for (const pair of pairs) pair.carry();
          }
          // A connection whose encoding goes on elsewhere may wait for what another one has begun.
          for (let i = 0; i < pairs.length; i++) for (const pair of pairs) pair.settle();
          for (const pair of pairs) {
            pair.carry();
            expect(pair.got).toEqual(pair.wanted);
            expect([pair.server.isEncoding, pair.server.heldBytes]).toEqual([false, 0]);
          }
        },
      ),
    );
  });
});
