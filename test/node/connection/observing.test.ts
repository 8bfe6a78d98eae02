import { expect, it, vi } from "vitest";
import type { OnFrame } from "../../../src/node/options.js";
import { RawPeer } from "../../support/raw-peer.js";
import { frame, hex, PING, PONG, TEXT, utf8 } from "../../support/wire-frame.js";

it("onFrame sees every frame of its connection, in both directions, unmasked", async () => {
  const onFrame = vi.fn<OnFrame>();
  const peer = new RawPeer({ onFrame });
  peer.send(frame(TEXT, "hi"), frame(PING, "p"));
  await peer.next();
  peer.connection.send("yes");
  await peer.next();
  const seen = onFrame.mock.calls.map(([one]) => ({
    ...one,
    payload: new Uint8Array(one.payload),
  }));
  expect(seen).toMatchObject([
    {
      direction: "received",
      opcode: TEXT,
      masked: true,
      headerBytes: hex("81 82 37fa213d"),
      payload: utf8("hi"),
    },
    { direction: "received", opcode: PING, payload: utf8("p") },
    {
      direction: "sent",
      opcode: PONG,
      masked: false,
      headerBytes: hex("8a 01"),
      payload: utf8("p"),
    },
    { direction: "sent", opcode: TEXT, payload: utf8("yes") },
  ]);
  expect(onFrame.mock.calls.every(([, connection]) => connection === peer.connection)).toBe(true);
});

it("a client's observer sees what it sent before masking, and nothing keeps the chunk it came in", async () => {
  const onFrame = vi.fn<OnFrame>();
  const peer = new RawPeer({ role: "client", onFrame });
  const pings: Uint8Array[] = [];
  peer.connection.on("ping", (payload) => pings.push(payload));
  peer.connection.send("hé");
  peer.send(frame(PING, "p"), frame(TEXT, "x".repeat(10_000)));
  await peer.next();
  await peer.next();
  expect(onFrame.mock.calls[0]?.[0].payload).toEqual(utf8("hé"));
  expect(pings[0]?.buffer.byteLength).toBe(1);
  expect(onFrame.mock.calls[1]?.[0].payload.buffer.byteLength).toBe(1);
});

it("an observer that throws is told of, and changes nothing", async () => {
  const onHandlerError = vi.fn<(error: unknown) => void>();
  const oops = new Error("observer");
  const peer = new RawPeer({
    onHandlerError,
    onFrame: () => {
      throw oops;
    },
  });
  peer.send(frame(PING, "p"));
  expect(await peer.next()).toMatchObject({ opcode: PONG, payload: utf8("p") });
  expect(onHandlerError).toHaveBeenCalledTimes(2);
  expect(onHandlerError).toHaveBeenCalledWith(oops, "onFrame of a server's connection");
});
