// Writers that have something to write in one turn share one microtask, and nothing else.
import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { nodePlatform } from "../../../src/node/platform.js";
import { TransportWriter, type WriterOwner } from "../../../src/node/connection/writer.js";
import { ProtocolConnection } from "../../../src/protocol/index.js";
import { turn } from "../../support/wire-signal.js";

/** A connection whose transport does `write` with each chunk. */
function connected(write: (chunk: Buffer) => void): {
  send: () => void;
  told: number[];
  transport: Duplex;
} {
  const core = new ProtocolConnection({ role: "server", platform: nodePlatform });
  const transport = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => {
      write(chunk);
      done();
    },
  });
  const told: number[] = [];
  const owner: WriterOwner = { onWritten: (position) => told.push(position) };
  const writer = new TransportWriter(transport, core, owner);
  writer.watch();
  return {
    told,
    transport,
    send: () => {
      core.sendMessage("x");
      writer.schedule();
    },
  };
}

describe("writers of one turn", () => {
  it("write even when the transport of one of them throws", async () => {
    const errors: Error[] = [];
    const written: string[] = [];
    const first = connected(() => written.push("first"));
    const broken = connected(() => {
      throw new Error("this transport throws");
    });
    const last = connected(() => written.push("last"));
    broken.transport.on("error", (error) => errors.push(error));
    for (const one of [first, broken, last]) one.send();
    await turn();

    expect(written).toEqual(["first", "last"]);
    expect([first, broken, last].map(({ told }) => told)).toEqual([[3], [], [3]]);
    expect(broken.transport.destroyed).toBe(true);
    expect(errors.map(({ message }) => message)).toEqual(["this transport throws"]);
  });

  it("write once each, and again in the next turn", async () => {
    const chunks: Buffer[] = [];
    const writers = [1, 2, 3].map(() => connected((chunk) => chunks.push(chunk)));
    for (const one of writers) {
      one.send();
      one.send();
    }
    await turn();
    expect(chunks.map(({ length }) => length)).toEqual([6, 6, 6]);
    writers[1]!.send();
    await turn();
    expect(chunks).toHaveLength(4);
  });
});
