import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import { type Codec, defineContract } from "../../src/contract/index.js";
import { FakeSocket } from "../support/contract-pair.js";
import { PATIENCE_MS } from "../support/wire-signal.js";

const isText = (value: unknown): value is string => typeof value === "string";
const types = { say: isText };
const contract = defineContract({ fromClient: types, fromServer: types });

class Opening extends FakeSocket {
  override readyState = 0;

  override send(message: string | ArrayBuffer): void {
    if (this.readyState === 0) throw new DOMException("not open yet", "InvalidStateError");
    super.send(message);
  }
}

describe("over a WebSocket", () => {
  it("binary messages come as buffers, and Blobs from before count as malformed", async () => {
    const socket = new FakeSocket();
    const say = vi.fn();
    const peer = contract.wrap(socket, { handlers: { say } });
    expect(socket.binaryType).toBe("arraybuffer");
    const message = `{"type":"say","data":"a"}`;
    socket.receive(new TextEncoder().encode(message).buffer);
    socket.receive(new Blob([message]));
    socket.emit("message", undefined);
    await vi.waitFor(() => expect(peer.counters.malformed).toBe(2), PATIENCE_MS);
    expect(say).toHaveBeenCalledOnce();
  });

  it("bytes of another realm, such as jsdom, are read as what they are [M10]", async () => {
    const socket = new FakeSocket();
    const say = vi.fn();
    const peer = contract.wrap(socket, { handlers: { say } });
    const bytes = [...Buffer.from(`{"type":"say","data":"a"}`)];
    for (const kind of ["", ".buffer"]) {
      socket.receive(runInNewContext(`new Uint8Array(bytes)${kind}`, { bytes }));
    }
    socket.receive(new DataView(Uint8Array.from(bytes).buffer));
    socket.receive({ length: 1, 0: 123 });
    await vi.waitFor(() => expect(peer.counters.malformed).toBe(1), PATIENCE_MS);
    expect(say).toHaveBeenCalledTimes(3);
  });

  it("bytes are sent as a buffer of their own", () => {
    const bytes = new Uint8Array([9, 1, 2, 9]).subarray(1, 3);
    const codec: Codec = { name: "test", parse: () => undefined, serialize: () => bytes };
    const socket = new FakeSocket();
    defineContract({ fromClient: types, codec }).wrap(socket).send("say", "");
    expect(socket.sent).toEqual([Uint8Array.of(1, 2).buffer]);
  });

  it("opened resolves when messages can be sent", async () => {
    const socket = new Opening();
    const peer = contract.wrap(socket);
    expect(() => peer.send("say", "")).toThrow("not open yet");
    const opened = vi.fn();
    void peer.opened.then(opened);
    await Promise.resolve();
    expect(opened).not.toHaveBeenCalled();
    socket.readyState = 1;
    socket.emit("open");
    await peer.opened;
    expect(peer.send("say", "")).toBe("sent");
    await contract.wrap(socket).opened;
  });

  it("opened resolves, too, when that has failed: then nothing is sent", async () => {
    const socket = new Opening();
    const peer = contract.wrap(socket);
    socket.end();
    await peer.opened;
    expect(peer.signal.aborted).toBe(true);
    expect(peer.send("say", "")).toBe("closed");
    expect(socket.sent).toEqual([]);
  });

  it("closes with a code and a reason", () => {
    const socket = new FakeSocket();
    const peer = contract.wrap(socket);
    peer.close(4000, "done");
    expect(socket.closedWith).toEqual([4000, "done"]);
    expect(peer.send("say", "")).toBe("closed");
  });
});
