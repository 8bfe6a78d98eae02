// The part of the smoke test that speaks bytes: rules of RFC 6455 that no client library would let one break.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import net from "node:net";

const HOST = "127.0.0.1";
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="; // for KEY, as RFC 6455 §1.3 works it out

/** A peer of plain bytes: what came in so far, and a wait for the end. */
class RawPeer {
  received = Buffer.alloc(0);

  static async connect(port, request) {
    const peer = new RawPeer();
    peer.socket = net.connect(port, HOST);
    peer.socket.on("data", (chunk) => {
      peer.received = Buffer.concat([peer.received, chunk]);
    });
    peer.socket.on("error", () => {});
    peer.ended = once(peer.socket, "close");
    await once(peer.socket, "connect");
    peer.socket.write(request);
    return peer;
  }

  /** The head of the response, once it is whole; then only what follows stays in `received`. */
  async head() {
    for (;;) {
      const end = this.received.indexOf("\r\n\r\n");
      if (end !== -1) {
        const head = this.received.subarray(0, end).toString("latin1");
        this.received = this.received.subarray(end + 4);
        return head;
      }
      await once(this.socket, "data");
    }
  }
}

function request(...fields) {
  const head = [`GET / HTTP/1.1`, `Host: ${HOST}`, ...fields];
  return `${head.join("\r\n")}\r\n\r\n`;
}

const UPGRADE = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  `Sec-WebSocket-Key: ${KEY}`,
  "Sec-WebSocket-Version: 13",
];

// What a client may not send, as the bytes of its frames with the masking key 0, and the close code it gets.
// oxfmt-ignore
const VIOLATIONS = [
  ["an unmasked frame",                   "81 02 68 69",                                        1002],
  ["a reserved bit",                      "a1 80 00 00 00 00",                                  1002],
  ["an unknown opcode",                   "83 80 00 00 00 00",                                  1002],
  ["a ping in fragments",                 "09 80 00 00 00 00",                                  1002],
  ["a ping of 126 bytes",                 "89 fe 00 7e 00 00 00 00",                            1002],
  ["a length not in its shortest form",   "82 fe 00 7d 00 00 00 00",                            1002],
  ["a length with its top bit set",       "82 ff 80 00 00 00 00 00 00 00 00 00 00 00",          1002],
  ["a continuation of nothing",           "80 80 00 00 00 00",                                  1002],
  ["a message inside a message",          "01 80 00 00 00 00 81 80 00 00 00 00",                1002],
  ["a close payload of one byte",         "88 81 00 00 00 00 03",                               1002],
  ["a close code that may not be sent",   "88 82 00 00 00 00 03 ed",                            1002],
  ["text that is not UTF-8",              "81 82 00 00 00 00 c3 28",                            1007],
  ["a surrogate in an unfinished frame",  "01 fe 03 e8 00 00 00 00 ed a0 80",                   1007],
  ["a message beyond the limit",          "82 ff 00 00 00 00 40 00 00 00 00 00 00 00",          1009],
];

// oxfmt-ignore
const REFUSALS = [
  ["version 8",        request(...UPGRADE.slice(0, 3), "Sec-WebSocket-Version: 8"),  426],
  ["no key",           request(...UPGRADE.slice(0, 2), UPGRADE[3]),                  400],
  ["no upgrade",       request(),                                                    426],
  ["another method",   request(...UPGRADE).replace("GET", "PUT"),                    405],
  ["a strange origin", request(...UPGRADE, "Origin: https://elsewhere.example"),     403],
  ["two hosts",        request(...UPGRADE, "Host: elsewhere.example"),               400],
];

/** Runs `check(name, body, options)` for each rule; `body` gets a server that echoes, and its port. */
export async function checkTheWire(check) {
  for (const [name, frames, code] of VIOLATIONS) {
    await check(`answers ${name} with ${code}`, async (_, port) => {
      const peer = await RawPeer.connect(port, request(...UPGRADE));
      await peer.head();
      peer.socket.write(Buffer.from(frames.replaceAll(" ", ""), "hex"));
      await peer.ended;
      const [header, length] = peer.received;
      assert.equal(header, 0x88);
      assert.equal(peer.received.readUInt16BE(2), code);
      assert.equal(peer.received.length, 2 + length); // nothing follows
      assert.match(peer.received.toString("utf8", 4), /^[ -~]{5,121}$/); // the rule
    });
  }

  await check("joins fragments around a ping", async (_, port) => {
    const peer = await RawPeer.connect(port, request(...UPGRADE));
    const head = await peer.head();
    assert.ok(head.startsWith("HTTP/1.1 101 "), head);
    assert.ok(head.includes(`: ${ACCEPT}`), head);
    const frames = "0183000000004865 6c 89810000000021 8082000000006c6f 888200000000 03e8";
    peer.socket.write(Buffer.from(frames.replaceAll(" ", ""), "hex"));
    await peer.ended;
    assert.equal(peer.received.toString("hex"), "8a0121810548656c6c6f880203e8");
  });

  for (const [name, text, status] of REFUSALS) {
    await check(`refuses ${name} with ${status}`, async (_, port) => {
      const peer = await RawPeer.connect(port, text);
      const head = await peer.head();
      assert.ok(head.startsWith(`HTTP/1.1 ${status} `), head);
      if (name === "version 8") assert.match(head, /^sec-websocket-version: 13$/im);
      peer.socket.destroy();
    });
  }
}
