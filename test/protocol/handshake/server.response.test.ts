import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { acceptFor } from "../../../src/protocol/handshake/accept.js";
import { Fields } from "../../../src/protocol/handshake/fields.js";
import {
  type Acceptance,
  type UpgradeRequest,
  buildAcceptance,
} from "../../../src/protocol/handshake/server.js";
import { REQUEST_LINES, SAMPLE_ACCEPT, textOf, UNSENDABLE } from "./wire.js";

const request: UpgradeRequest = {
  target: "/chat",
  path: "/chat",
  query: "",
  host: "server.example.com",
  origin: undefined,
  key: "dGhlIHNhbXBsZSBub25jZQ==",
  subprotocols: ["chat", "superchat"],
  extensionOffers: [{ name: "permessage-deflate", parameters: [] }],
  fields: new Fields(REQUEST_LINES),
};

describe("the 101 response", () => {
  const build = (acceptance: Partial<Acceptance> = {}): string =>
    textOf(buildAcceptance(request, { accept: SAMPLE_ACCEPT, ...acceptance }));

  it("is that of the RFC's example [6455-4.2.2-10] [6455-4.2.2-11] [6455-4.2.2-12] [6455-4.2.2-13]", () => {
    const accept = acceptFor(request.key, (bytes) => createHash("sha1").update(bytes).digest());

    expect(build({ accept, subprotocol: "chat" })).toBe(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n",
    );
  });

  it("is in the bytes that the platform makes of it, when there is such", () => {
    const encode = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
    const acceptance = { accept: SAMPLE_ACCEPT, headers: { "X-Name": "\u00e9" } };
    const bytes = buildAcceptance(request, acceptance, encode);
    expect(bytes).toEqual(buildAcceptance(request, acceptance));
    expect(textOf(bytes)).toContain("X-Name: \u00e9\r\n");
  });

  it("has no subprotocol and no extension unless one was agreed [6455-4.2.2-08] [6455-4.2.2-09] [6455-9-01]", () => {
    for (const acceptance of [
      {},
      { extensions: [] },
      { subprotocol: undefined, extensions: undefined, headers: undefined },
    ]) {
      expect(build(acceptance)).toBe(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${SAMPLE_ACCEPT}\r\n\r\n`,
      );
    }
  });

  it.each(["other", "CHAT", "", "chat, superchat", "constructor"])(
    "cannot have the subprotocol %j, which was not offered [6455-4.2.2-07]",
    (subprotocol) => {
      expect(() => build({ subprotocol })).toThrow(TypeError);
    },
  );

  it("has the extensions that were agreed, in one line [6455-11-03]", () => {
    const extensions = [
      { name: "permessage-deflate", parameters: [["client_max_window_bits", "12"]] },
    ] as const;

    expect(build({ extensions })).toContain(
      "\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=12\r\n",
    );
  });

  it.each(["x-other", "constructor", "Permessage-Deflate"])(
    "cannot have the extension %s, which was not offered [6455-4.2.2-09] [6455-9-01]",
    (name) => {
      const offered = { name: "permessage-deflate", parameters: [] };
      expect(() => build({ extensions: [offered, { name, parameters: [] }] })).toThrow(TypeError);
      expect(() => build({ extensions: [{ name, parameters: [] }] })).toThrow(TypeError);
      const without = { ...request, extensionOffers: [] };
      const extensions = [{ name: "permessage-deflate", parameters: [] }];
      expect(() => buildAcceptance(without, { accept: SAMPLE_ACCEPT, extensions })).toThrow(
        TypeError,
      );
    },
  );

  it("has the application's fields", () => {
    expect(build({ headers: { "Set-Cookie": ["a=1", "b=2"] } })).toContain(
      "\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n",
    );
  });

  it.each([
    "Connection",
    "Upgrade",
    "Sec-WebSocket-Accept",
    "sec-websocket-protocol",
    "Content-Length",
    "Transfer-Encoding",
  ])("lets nobody else set %s [6455-11-04]", (name) => {
    expect(() => build({ headers: { [name]: "x" } })).toThrow(TypeError);
  });

  it.each(UNSENDABLE)("is not split by %j", (character) => {
    expect(() => build({ headers: { "X-A": `b${character}` } })).toThrow(TypeError);
    expect(() => build({ headers: { [`X-A${character}`]: "b" } })).toThrow(TypeError);
    expect(() => build({ accept: `${SAMPLE_ACCEPT}${character}` })).toThrow(TypeError);
    expect(() => build({ subprotocol: `chat${character}` })).toThrow(TypeError);
  });
});
