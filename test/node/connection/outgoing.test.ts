// What Outgoing tells its owner. The behaviour of whole connections is in the other tests here.
import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { Outgoing, type OutgoingOwner } from "../../../src/node/connection/outgoing.js";
import { TransportWriter } from "../../../src/node/connection/writer.js";
import { resolveConnectionOptions } from "../../../src/node/options.js";
import { nodePlatform } from "../../../src/node/platform.js";
import { ProtocolConnection } from "../../../src/protocol/index.js";
import { settle } from "../../support/raw-peer.js";

/** Writes down what it is told. */
class Owner implements OutgoingOwner {
  readonly log: string[] = [];

  onSourceFailed(cause: unknown, reason: string): void {
    this.log.push(`${reason}: ${String(cause)}`);
  }

  onWrittenFailed(error: unknown): void {
    this.log.push(`onWritten: ${String(error)}`);
  }

  onDrained(): void {
    this.log.push("drained");
  }

  onOverflow({ code }: { readonly code: string }): void {
    this.log.push(code);
  }
}

/** A transport takes what it is given when `flow` is called. */
function scene(bufferPolicy: "wait" | "close" = "wait") {
  const owner = new Owner();
  const core = new ProtocolConnection({ role: "server", platform: nodePlatform });
  let flow = (): void => {};
  const transport = new Duplex({
    read: () => {},
    write: (_chunk, _encoding, done) => (flow = done),
    highWaterMark: 1,
  });
  const writer = new TransportWriter(transport, core, {
    onWritten: (position) => outgoing.progress(position),
  });
  const options = resolveConnectionOptions({ maxBufferedBytes: 100, bufferPolicy }, "server");
  const outgoing = new Outgoing({ role: "server", core, writer }, options, owner);
  return { owner, outgoing, flow: () => flow() };
}

describe("the owner of Outgoing", () => {
  it("is told when nothing waits any more, after too much had", async () => {
    const { owner, outgoing, flow } = scene();
    expect(outgoing.send("x".repeat(200), {})).toBe("buffered");
    await settle();
    expect(owner.log).toEqual([]);
    flow();
    await settle();
    expect(owner.log).toEqual(["drained"]);
  });

  it("is told of a peer that the policy gives up", async () => {
    const { owner, outgoing } = scene("close");
    outgoing.send("x".repeat(200), {});
    expect(outgoing.send("y", {})).toBe("closed");
    expect(owner.log).toEqual(["BUFFER_OVERFLOW"]);
  });

  it("is told of a source that fails, in both kinds, and what waits behind it goes on", async () => {
    const { owner, outgoing } = scene();
    const blob = new Blob(["a"]);
    blob.arrayBuffer = () => Promise.reject(new Error("changed"));
    outgoing.send(blob, {});
    const source = (function* () {
      yield "a";
      throw new Error("disk");
    })();
    const sent = outgoing.sendStream(source, undefined);
    await expect(sent).rejects.toThrow("disk");
    await settle();
    expect(owner.log).toEqual([
      "a Blob could not be read: Error: changed",
      "the source of a message failed: Error: disk",
    ]);
  });

  it("is told of a callback that throws", async () => {
    const { owner, outgoing, flow } = scene();
    const onWritten = (): never => {
      throw new Error("mine");
    };
    outgoing.send("x", { onWritten });
    await settle();
    flow();
    await settle();
    expect(owner.log).toEqual(["onWritten: Error: mine"]);
  });
});
