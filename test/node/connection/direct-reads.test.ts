// Over TCP: how Node gives a socket what it has read is what this depends on.
import { once } from "node:events";
import net, { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { readDirectly } from "../../../src/node/connection/direct-reads.js";

const disposals: (() => void)[] = [];

afterEach(() => {
  for (const dispose of disposals.splice(0)) dispose();
});

/** Both ends of a connection; the first has its reads made direct. */
async function pair(): Promise<{ reader: Socket; peer: Socket }> {
  const server = net.createServer({ allowHalfOpen: true, noDelay: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it has a port");
  const accepted = once(server, "connection");
  const peer = net.connect({ port: address.port, host: "127.0.0.1", noDelay: true });
  const [reader]: Socket[] = await accepted;
  if (reader === undefined) throw new Error("there is a socket");
  disposals.push(() => [reader, peer].forEach((one) => one.destroy()));
  disposals.push(() => server.close());
  readDirectly(reader);
  return { reader, peer };
}

/** What comes, and the promise of so many bytes of it. */
function collect(reader: Socket) {
  let got = "";
  let wake = (): void => {};
  reader.on("data", (chunk) => {
    got += chunk.toString("latin1");
    wake();
  });
  return {
    text: () => got,
    until: async (length: number) => {
      while (got.length < length) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}

/** Resolves when something waits in the stream's queue. */
async function whenQueued(reader: Socket): Promise<void> {
  while (reader.readableLength === 0) await new Promise((resolve) => setImmediate(resolve));
}

describe("direct reads", () => {
  it("give each chunk to the listeners, and nothing to the queue of the stream", async () => {
    const { reader, peer } = await pair();
    const got = collect(reader);
    peer.write("one");
    await got.until(3);
    peer.end("two");
    await once(reader, "end");
    expect(got.text()).toBe("onetwo");
    expect(reader.readableDidRead).toBe(false);
  });

  it("leave what comes during a pause to the queue, and keep the order", async () => {
    const { reader, peer } = await pair();
    const got = collect(reader);
    let expected = "";
    for (let round = 0; round < 20; round++) {
      reader.pause();
      peer.write(`a${round};`);
      await whenQueued(reader);
      reader.resume();
      peer.write(`b${round};`); // may come before what waits has gone
      expected += `a${round};b${round};`;
      await got.until(expected.length);
      expect(got.text()).toBe(expected);
    }
    expect(reader.readableLength).toBe(0);
  });

  it("come after what was put back, and not before it has gone", async () => {
    const socket = new Socket();
    readDirectly(socket);
    const got = collect(socket);
    socket.unshift("first ");
    socket.push("second"); // it flows, and yet nothing has come before the next tick
    expect(got.text()).toBe("");
    await got.until(12);
    expect(got.text()).toBe("first second");
  });

  it("are not for sockets whose pushes somebody else looks at", () => {
    class Watched extends Socket {
      override push(chunk: unknown): boolean {
        return super.push(chunk);
      }
    }
    const sockets = [new Socket(), new Watched()];
    for (const socket of sockets) readDirectly(socket);
    expect(sockets.map((socket) => Object.hasOwn(socket, "push"))).toEqual([true, false]);
  });
});
