// What the application's hooks decide about an opening handshake, and what becomes of a hook that fails.
import { describe, expect, it } from "vitest";
import { createDeflateCodec } from "../../../src/node/deflate.js";
import { reject } from "../../../src/node/server/rejection.js";
import { WebSocketServer } from "../../../src/node/server/server.js";
import { answerTo, RawClient, upgradeRequest } from "../../support/raw-client.js";
import { startServer } from "../../support/server-under-test.js";
import { frame, TEXT } from "../../support/wire-frame.js";
import { valuesOf } from "../../support/wire-handshake.js";

describe("the subprotocol", () => {
  const OFFER = { "sec-websocket-protocol": "b, a, c" };

  it.each([
    ["nothing is configured", {}, []],
    ["the list has none of them", { subprotocols: ["x"] }, []],
    ["the hook picks none", { selectSubprotocol: () => undefined }, []],
    ["the list has two of them", { subprotocols: ["a", "b"] }, ["b"]],
    ["the hook picks one", { selectSubprotocol: () => "c" }, ["c"]],
  ])(
    "when %s is answered accordingly [6455-4.2.2-07] [6455-4.2.2-08] [6455-11-05]",
    async (_, options, picked) => {
      await using under = await startServer(options);
      const subprotocols: string[] = [];
      under.server.on("connection", (connection) => subprotocols.push(connection.subprotocol));
      const { head } = await answerTo(under, upgradeRequest("/", OFFER));

      expect(valuesOf(head, "sec-websocket-protocol")).toEqual(picked);
      expect(subprotocols).toEqual([picked[0] ?? ""]);
    },
  );

  it("is picked from the lines of the offer as one list, in order [6455-4.2.1-10]", async () => {
    const offers: unknown[] = [];
    await using under = await startServer({
      selectSubprotocol: (offered) => {
        offers.push(offered);
        return undefined;
      },
    });
    await answerTo(under, upgradeRequest("/", { "sec-websocket-protocol": ["b,a", "c"] }));

    expect(offers).toEqual([["b", "a", "c"]]);
  });

  it.each(["x", "", "A", "a, b", "a\r\nX-Injected: 1"])(
    "%j, which was not offered, is the application's fault: 500 [6455-4.2.2-07]",
    async (picked) => {
      await using under = await startServer({ selectSubprotocol: () => picked });
      const { httpStatus, head } = await answerTo(under, upgradeRequest("/", OFFER));

      expect(httpStatus).toBe(500);
      expect(head.fields.map(([name]) => name)).not.toContain("sec-websocket-protocol");
      expect(head.fields.map(([name]) => name)).not.toContain("x-injected");
      expect(under.errors).toEqual([expect.any(TypeError)]);
      expect(under.server.connections.size).toBe(0);
    },
  );
});

describe("header fields of the application", () => {
  it("come with the 101", async () => {
    await using under = await startServer({
      responseHeaders: (request) => ({ "Set-Cookie": ["a=1", `path=${request.path}`] }),
    });
    const { head } = await answerTo(under, upgradeRequest("/x"));

    expect(valuesOf(head, "set-cookie")).toEqual(["a=1", "path=/x"]);
  });

  it.each([
    ["a line break in a value", { "X-A": "1\r\nX-Injected: 1" }],
    ["a line break in a name", { "X-A\r\nX-Injected": "1" }],
    ["NUL", { "X-A": "\u0000" }],
    ["a field of the handshake", { "Sec-WebSocket-Accept": "mine" }],
    ["a second Upgrade", { Upgrade: "h2c" }],
  ])("with %s end in 500, not in a response split in two", async (_, headers) => {
    await using under = await startServer({ responseHeaders: () => headers });
    const { httpStatus, head, body } = await answerTo(under, upgradeRequest());

    expect(httpStatus).toBe(500);
    expect(head.fields.map(([name]) => name)).not.toContain("x-injected");
    expect(body).not.toContain("Injected");
    expect(under.errors).toEqual([expect.any(TypeError)]);
  });

  it("that are fixed are checked before the server starts", () => {
    expect(() => new WebSocketServer({ responseHeaders: { "X-A": "1\r\n" } })).toThrow(TypeError);
  });

  it("in a rejection with a line break end in 500", async () => {
    await using under = await startServer<unknown>({
      authenticate: () => reject(302, { headers: { Location: "/\r\nX-Injected: 1" } }),
    });
    const { httpStatus, head } = await answerTo(under, upgradeRequest());

    expect(httpStatus).toBe(500);
    expect(head.fields.map(([name]) => name)).not.toContain("x-injected");
  });
});

describe("permessage-deflate", () => {
  const extensionsFor = async (
    offer: string | readonly string[] | undefined,
    options: Parameters<typeof startServer>[0] = {},
  ): Promise<string[]> => {
    await using under = await startServer(options);
    const { head } = await answerTo(
      under,
      upgradeRequest("/", { "sec-websocket-extensions": offer }),
    );
    expect(head.startLine).toContain("101");
    return valuesOf(head, "sec-websocket-extensions");
  };

  it("is not answered when it was not offered, or is off [6455-4.2.2-09]", async () => {
    expect(await extensionsFor(undefined)).toEqual([]);
    expect(await extensionsFor("permessage-deflate", { perMessageDeflate: false })).toEqual([]);
  });

  it.each([
    "permessage-deflate; foo",
    "permessage-deflate; server_max_window_bits=7",
    "permessage-deflate; client_max_window_bits; client_max_window_bits=10",
  ])("is off, and the connection open, after the bad offer %s [7692-5-04]", async (offer) => {
    expect(await extensionsFor(offer)).toEqual([]);
  });

  it("accepts the smallest window, which its compressor can keep to [7692-7-26]", async () => {
    expect(await extensionsFor("permessage-deflate; server_max_window_bits=8")).toEqual([
      "permessage-deflate; server_max_window_bits=8",
    ]);
    expect(createDeflateCodec().minWindowBits).toBe(8);
  });

  it("is on when a good offer comes after a bad one [7692-5-02]", async () => {
    const offer = "permessage-deflate; foo, permessage-deflate; server_no_context_takeover";

    expect(await extensionsFor(offer)).toEqual([
      expect.stringContaining("server_no_context_takeover"),
    ]);
  });

  it("is answered once, in one line, however often it was offered [7692-5-03] [6455-11-03]", async () => {
    const answered = await extensionsFor([
      "permessage-deflate",
      "permessage-deflate; client_max_window_bits",
    ]);

    expect(answered).toHaveLength(1);
    expect(answered[0]).not.toContain(",");
  });

  it("takes messages compressed with what was agreed", async () => {
    await using under = await startServer();
    const extensions: string[] = [];
    under.server.on("connection", (connection) => {
      extensions.push(connection.extensions);
      connection.on("message", (message) => connection.send(message, { compress: false }));
    });
    using client = await RawClient.send(
      under,
      upgradeRequest("/", { "sec-websocket-extensions": "permessage-deflate" }),
    );
    await client.head();
    const hello = Uint8Array.of(0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00);
    client.sendFrames(frame(TEXT, hello, { rsv: 4 }));

    expect((await client.frame()).payload).toEqual(Uint8Array.from(Buffer.from("Hello")));
    expect(extensions).toEqual(["permessage-deflate"]);
  });
});
