import { expect, it } from "vitest";
import { eventually, RawPeer, settle } from "../../support/raw-peer.js";
import { BINARY, CLOSE, closePayload, frame, hex, TEXT, utf8 } from "../../support/wire-frame.js";

it('textAs "bytes" gives text as bytes that are checked, and says that it is text', async () => {
  const peer = new RawPeer({ textAs: "bytes" });
  peer.send(frame(TEXT, "waits"));
  await settle();
  const got: unknown[] = [];
  peer.connection.on("message", (message, isText) => {
    got.push([message.toString(), typeof message, isText]);
    peer.connection.send(message, { type: isText ? "text" : "binary" });
  });
  peer.send(frame(TEXT, "héllo"), frame(BINARY, "bytes"));
  await eventually(() => got.length === 3);
  expect(got).toEqual([
    ["waits", "object", true],
    ["héllo", "object", true],
    ["bytes", "object", false],
  ]);
  await peer.next();
  expect(await peer.next()).toMatchObject({ opcode: TEXT, payload: utf8("héllo") });
  expect(await peer.next()).toMatchObject({ opcode: BINARY, payload: utf8("bytes") });

  peer.send(frame(TEXT, hex("ff")));
  expect(await peer.next()).toMatchObject({
    opcode: CLOSE,
    payload: closePayload(1007, "text that is not UTF-8"),
  });
});

it("bytes that are not UTF-8 cannot be sent as text", () => {
  const { connection } = new RawPeer();
  expect(() => connection.send(hex("c328"), { type: "text" })).toThrow(TypeError);
});
