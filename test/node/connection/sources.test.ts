// What a message is to be made of, and fails: a Blob that cannot be read, a source that throws.
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ReadyState } from "../../../src/protocol/connection-reports.js";
import { eventually, type PeerOptions, RawPeer, settle } from "../../support/raw-peer.js";
import { event, opened } from "../../support/websocket-peer.js";
import { BINARY, CLOSE, closePayload, frame, TEXT } from "../../support/wire-frame.js";

const FAILURE = new Error("the disk is gone");

/** A Blob that cannot be read, as one of a file that has changed. */
function brokenBlob(): Blob {
  const blob = new Blob(["x"]);
  blob.arrayBuffer = () => Promise.reject(FAILURE);
  return blob;
}

/** A Blob that fails when it is told to. */
function failingBlob(): { blob: Blob; fail: () => void } {
  const blob = new Blob(["x"]);
  let fail = (): void => {};
  const content = new Promise<ArrayBuffer>((_, reject) => {
    fail = () => reject(FAILURE);
  });
  blob.arrayBuffer = () => content;
  return { blob, fail };
}

/** A peer, and what `onHandlerError` got. */
function scene(options: PeerOptions = {}) {
  const errors: unknown[] = [];
  const peer = new RawPeer({ onHandlerError: (error) => errors.push(error), ...options });
  return { peer, connection: peer.connection, errors };
}

/** Answers the Close frame of a connection, which has come, and ends the transport. */
function finish(peer: RawPeer, code: number): void {
  peer.send(frame(CLOSE, closePayload(code)));
  peer.socket.end();
}

describe("a Blob that cannot be read", () => {
  it.each(["server", "client"] as const)(
    "closes the connection of a %s with 1011, and says why to the application",
    async (role) => {
      const { peer, connection, errors } = scene({ role });
      const onWritten = vi.fn();
      connection.send("before");
      expect(connection.send(brokenBlob(), { onWritten })).toBe("sent");
      connection.send("behind");
      expect(await peer.next()).toMatchObject({ opcode: TEXT });
      const close = closePayload(1011, "a Blob could not be read");
      expect(await peer.next()).toMatchObject({ opcode: CLOSE, payload: close });
      expect(connection.readyState).toBe(ReadyState.CLOSING);
      finish(peer, 1011);
      expect(await connection.closed).toMatchObject({ code: 1011, wasClean: true, error: FAILURE });
      expect(errors).toEqual([FAILURE]);
      expect(onWritten).toHaveBeenCalledExactlyOnceWith(
        expect.objectContaining({ code: "NOT_WRITTEN" }),
      );
      expect(peer.frames).toEqual([]);
    },
  );

  it("gives what is no bytes in the place of its content, to the same end", async () => {
    const { peer, connection, errors } = scene();
    const blob = new Blob(["x"]);
    Object.assign(blob, { arrayBuffer: () => Promise.resolve({}) });
    connection.send(blob);
    expect(await peer.next()).toMatchObject({ opcode: CLOSE });
    expect(errors).toEqual([expect.any(TypeError)]);
  });

  it("comes before a close that waited for it: the peer is told that something is missing", async () => {
    const { peer, connection } = scene();
    connection.send(brokenBlob());
    connection.close(1000, "all sent");
    expect((await peer.next()).payload).toEqual(closePayload(1011, "a Blob could not be read"));
  });

  it("ends in closeTimeoutMs although the peer never answers", async () => {
    const { peer, connection } = scene({ closeTimeoutMs: 500 });
    await settle(); // nothing else happens on this connection
    connection.send(brokenBlob());
    await peer.next();
    await settle();
    peer.clock.advance(500);
    expect(await connection.closed).toMatchObject({ code: 1006, error: FAILURE });
  });

  it("is reported, and no reason for the end, when the peer closes meanwhile", async () => {
    const { peer, connection, errors } = scene();
    const { blob, fail } = failingBlob();
    connection.send(blob);
    peer.send(frame(CLOSE, closePayload(1000)));
    await eventually(() => connection.readyState === ReadyState.CLOSING);
    fail();
    await eventually(() => errors.length === 1);
    peer.socket.end();
    expect(await connection.closed).toMatchObject({ code: 1000, error: undefined });
  });

  it("is of no interest once the connection has ended", async () => {
    const { connection, errors } = scene();
    const { blob, fail } = failingBlob();
    connection.send(blob);
    connection.terminate();
    await connection.closed;
    fail();
    await settle();
    expect(errors).toEqual([]);
  });

  it("is an error event of a WebSocket", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    const { socket, peer, log } = await opened();
    const [failed, closed] = [event(socket, "error"), event(socket, "close")];
    socket.send(brokenBlob());
    expect(await peer.frame()).toMatchObject({ opcode: CLOSE });
    peer.send(frame(CLOSE, closePayload(1011)));
    peer.end();
    expect(await failed).toMatchObject({ message: FAILURE.message, error: FAILURE });
    await closed;
    expect(log).toEqual(["open", "error", ["close", 1011, "", true]]);
  });
});

describe("the source of sendStream", () => {
  it.each<[string, () => Iterable<never>]>([
    [
      "throws",
      function* () {
        yield* first();
        throw FAILURE;
      },
    ],
    [
      "gives what cannot be sent",
      // @ts-expect-error: what a caller without types may do
      function* () {
        yield* first();
        yield 5;
      },
    ],
  ])("that %s closes with 1011, and is told once to the application", async (_what, source) => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    onTestFinished(() => void process.off("unhandledRejection", unhandled));
    const { peer, connection, errors } = scene();
    const done = connection.sendStream(source());
    expect(await peer.next()).toMatchObject({ opcode: TEXT, fin: false });
    expect((await peer.next()).payload.subarray(0, 2)).toEqual(closePayload(1011));
    await settle();
    expect(unhandled).not.toHaveBeenCalled();
    expect(errors).toHaveLength(1);
    await expect(done).rejects.toBe(errors[0]);
    finish(peer, 1011);
    expect((await connection.closed).error).toBe(errors[0]);
  });

  it("is let go of when it gives what cannot be sent", async () => {
    const { peer, connection } = scene();
    const returned = vi.fn(() => ({ done: true as const, value: undefined }));
    const values: unknown[] = ["a", new Blob(["b"])];
    void connection.sendStream({
      // @ts-expect-error: what a caller without types may do
      [Symbol.iterator]: () => ({ next: () => ({ value: values.shift() }), return: returned }),
    });
    await peer.next();
    expect(await peer.next()).toMatchObject({ opcode: CLOSE });
    expect(returned).toHaveBeenCalledOnce();
  });

  it("that fails after the end is of no interest", async () => {
    const { connection, errors } = scene();
    let fail = (): void => {};
    const failing = new Promise<never>((_, reject) => {
      fail = () => reject(FAILURE);
    });
    const done = connection.sendStream({
      [Symbol.asyncIterator]: () => ({ next: () => failing }),
    });
    connection.terminate();
    expect(await done).toBe("closed");
    fail();
    await settle();
    expect(errors).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ["a string", "text", "send() takes a whole message"],
    ["bytes", Buffer.from("x"), "send() takes a whole message"],
    ["an object", {}, "give an array, a stream or a generator"],
    ["null", null, "give an array, a stream or a generator"],
  ])("is no %s: that is thrown at once", async (_what, source, advice) => {
    const { peer, connection } = scene();
    // @ts-expect-error: what a caller without types may do
    expect(() => connection.sendStream(source)).toThrow(
      new TypeError(`sendStream() takes an iterable of text or bytes: ${advice}`),
    );
    connection.send(Uint8Array.of(1));
    expect(await peer.next()).toMatchObject({ opcode: BINARY });
  });
});

function* first(): Generator<never> {
  // @ts-expect-error: so that those who use it need not say what else they give
  yield "half";
}
