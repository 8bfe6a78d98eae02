// What a server answers to opening handshakes, by whichever way they come in (RFC 6455 §4.2).
import { beforeAll, describe, expect, it, afterAll } from "vitest";
import {
  type Answer,
  answerTo,
  fieldOf,
  RawClient,
  type RequestFields,
  statusOf,
  upgradeRequest,
} from "../../support/raw-client.js";
import { type ServerUnderTest, startServer, WAYS_IN } from "../../support/server-under-test.js";
import {
  CONNECTIONS,
  KEYS,
  LISTS,
  type Row,
  UPGRADES,
  VERSIONS,
} from "../../support/upgrade-rows.js";
import {
  CLOSE,
  closePayload,
  encodeFrame,
  frame,
  SCRIPT_KEY,
  TEXT,
} from "../../support/wire-frame.js";
import { headBytes, SAMPLE_KEY, valuesOf } from "../../support/wire-handshake.js";

describe.each(WAYS_IN)("by way of an %s", (wayIn) => {
  let under: ServerUnderTest<undefined>;
  const answer = (fields: RequestFields, requestLine?: string): Promise<Answer> =>
    answerTo(under, upgradeRequest("/", fields, requestLine));

  beforeAll(async () => {
    under = await startServer({}, wayIn);
  });
  afterAll(async () => {
    await under[Symbol.asyncDispose]();
  });

  it("a request that is in order gets a 101 that answers its key [6455-4.2.2-10] [6455-4.2.2-11] [6455-4.2.2-12] [6455-4.2.2-13] [6455-4.2.2-08] [6455-4.2.2-09]", async () => {
    const { head } = await answer({});

    expect(head.startLine).toBe("HTTP/1.1 101 Switching Protocols");
    expect(head.fields).toEqual([
      ["upgrade", "websocket"],
      ["connection", "Upgrade"],
      ["sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="],
    ]);
  });

  // Without one of the two fields, Node's http server takes a request for an ordinary one; and so
  // does a server that is attached to it, when the upgrade is to another protocol.
  const isOrdinary = (fields: RequestFields): boolean =>
    (wayIn !== "own listener" &&
      ["upgrade", "connection"].some((name) => name in fields && !mayUpgrade(fields[name]))) ||
    (wayIn === "http server" && "upgrade" in fields && !namesWebSocket(fields["upgrade"]));
  const rowsOf = (rows: readonly Row[]): readonly Row[] =>
    rows.filter(([, , fields]) => !isOrdinary(fields));

  it.each(rowsOf(UPGRADES))(
    "Upgrade that %s gets %i [6455-4.2.1-05]",
    async (_, status, fields) => {
      expect((await answer(fields)).httpStatus).toBe(status);
    },
  );

  it.each(rowsOf(CONNECTIONS))(
    "Connection that %s gets %i [6455-4.2.1-06]",
    async (_, status, fields) => {
      expect((await answer(fields)).httpStatus).toBe(status);
    },
  );

  it.each(KEYS)("a key that %s gets %i [6455-4.2.1-07] [6455-11-02]", async (_, status, fields) => {
    expect((await answer(fields)).httpStatus).toBe(status);
  });

  it.each(VERSIONS)(
    "a version that %s gets %i and is told of 13 [6455-4.2.1-08] [6455-4.2.2-05] [6455-4.4-01] [6455-11-06]",
    async (_, status, fields) => {
      const refusal = await answer(fields);

      expect(refusal.httpStatus).toBe(status);
      expect(fieldOf(refusal, "sec-websocket-version")).toBe("13");
    },
  );

  it.each(LISTS)(
    "a list with %s gets %i [6455-4.2.1-10] [6455-4.2.1-11]",
    async (_, status, fields) => {
      expect((await answer(fields)).httpStatus).toBe(status);
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );

  it.each(["POST", "HEAD", "PUT", "OPTIONS", "get"])(
    "%s gets no upgrade [6455-4.2.1-02]",
    async (method) => {
      const { httpStatus } = await answer({}, `${method} / HTTP/1.1`);

      expect([400, 405]).toContain(httpStatus);
    },
  );

  it("HEAD gets a refusal without a body (RFC 9110 §9.3.2)", async () => {
    const refusal = await answer({}, "HEAD / HTTP/1.1");

    expect(refusal).toMatchObject({ httpStatus: 405, body: "" });
    expect(Number(fieldOf(refusal, "content-length"))).toBeGreaterThan(0);
  });

  it.each(["1.0", "0.9", "1.2", "2.0"])(
    "HTTP/%s gets no upgrade [6455-4.2.1-02]",
    async (version) => {
      const { httpStatus } = await answer({}, `GET / HTTP/${version}`);

      expect([400, 505]).toContain(httpStatus);
    },
  );

  it("an absolute target is as good as a path [6455-4.2.1-03]", async () => {
    expect((await answer({}, "GET http://localhost/chat HTTP/1.1")).httpStatus).toBe(101);
  });

  it.each([
    ["missing", undefined],
    ["given twice", ["localhost", "localhost"]],
    ["empty", ""],
    ["not a host", "a b"],
  ])("Host that is %s gets 400 [6455-4.2.1-04]", async (_, host) => {
    expect((await answer({ host })).httpStatus).toBe(400);
  });

  it("fields that nobody knows, in any order, do no harm [6455-4.2.1-12]", async () => {
    const unknown = Array.from({ length: 50 }, (_, index) => [`x-${index}`, "y"]);
    const lines = [
      ...unknown.slice(25).map(([name, value]) => `${name}: ${value}`),
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${SAMPLE_KEY}`,
      ...unknown.slice(0, 25).map(([name, value]) => `${name}: ${value}`),
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Host: localhost",
    ];
    expect(await statusOf(under, headBytes(["GET / HTTP/1.1", ...lines]))).toBe(101);
  });

  it.each([
    ["a length", { "content-length": "5" }, "hello"],
    ["chunks", { "transfer-encoding": "chunked" }, "5\r\nhello\r\n0\r\n\r\n"],
  ])(
    "a body with %s gets 400, and is not read as frames [6455-4.2.1-01]",
    async (_, fields, body) => {
      const { httpStatus } = await answerTo(
        under,
        Buffer.concat([upgradeRequest("/", fields), Buffer.from(body)]),
      );
      expect(httpStatus).toBe(400);
    },
  );

  it("what follows a refused request is never read [6455-4.2.1-01]", async () => {
    const refused = upgradeRequest("/", { "sec-websocket-key": "x" });
    const { head, body } = await answerTo(
      under,
      Buffer.concat([refused, upgradeRequest("/second")]),
    );

    expect(head.startLine).toContain("400");
    expect(valuesOf(head, "connection")[0]).toContain("close");
    expect(body).not.toContain("HTTP/1.1");
    expect(under.server.connections.size).toBe(0);
  });

  it.each([
    ["a vertical tab", "\u000b"],
    ["a form feed", "\u000c"],
    ["a file separator", "\u001c"],
    ["a record separator", "\u001e"],
    ["DEL", "\u007f"],
    ["a NUL", "\u0000"],
    ["a bare CR", "\r"],
  ])("%s in a field gets 400 [6455-4.2.1-01]", async (_, character) => {
    const bytes = Buffer.from(upgradeRequest("/", { cookie: `a=1${character}X-Injected: 1` }));
    expect(await statusOf(under, bytes)).toBe(400);
  });

  it("a byte that Unicode takes for a line break stays where it is [6455-4.2.1-01]", async () => {
    const headers: string[] = [];
    under.server.once("connection", (_connection, request) => {
      headers.push(...[...request.headers].map(([name]) => name.toLowerCase()));
    });
    const text = Buffer.from(upgradeRequest("/", { cookie: "a=1\u0085X-Injected: 1" })).toString();

    expect(await statusOf(under, Buffer.from(text, "latin1"))).toBe(101);
    expect(headers).toContain("cookie");
    expect(headers).not.toContain("x-injected");
  });

  it.each([
    ["folded", "X-Folded: a\r\n b"],
    ["without a colon", "X-Nothing"],
    ["with a space before the colon", "X-Space : a"],
    ["without a name", ": a"],
    ["that ends in LF alone", "X-LF: a\nX-More: b"],
  ])("a field %s gets 400 [6455-4.2.1-01]", async (_, line) => {
    const text = Buffer.from(upgradeRequest()).toString();
    expect(await statusOf(under, text.replace("\r\n\r\n", `\r\n${line}\r\n\r\n`))).toBe(400);
  });

  it("129 fields get 431, 128 do not [6455-10-12]", async () => {
    const fields = (count: number): RequestFields =>
      Object.fromEntries(Array.from({ length: count - 5 }, (_, index) => [`x-${index}`, "y"]));

    expect((await answer(fields(128))).httpStatus).toBe(101);
    expect((await answer(fields(129))).httpStatus).toBe(431);
  });

  it("a head that came with frames loses none of them [6455-4.2.2-15]", async () => {
    const heard: unknown[] = [];
    under.server.once("connection", (connection) => {
      connection.on("message", (message) => heard.push(message));
    });
    const frames = ["one", "two", "three"].map((text) =>
      encodeFrame(frame(TEXT, text), { maskingKey: SCRIPT_KEY }),
    );
    const close = encodeFrame(frame(CLOSE, closePayload(1000)), { maskingKey: SCRIPT_KEY });
    using client = await RawClient.send(under, Buffer.concat([upgradeRequest(), ...frames, close]));

    await client.head();
    expect(await client.frame()).toMatchObject({ opcode: CLOSE });
    expect(heard).toEqual(["one", "two", "three"]);
  });

  it("a head that comes byte by byte is as good as any", async () => {
    using client = await RawClient.connect(under);
    for (const byte of upgradeRequest()) client.send(Uint8Array.of(byte));

    expect((await client.head()).startLine).toContain("101");
  });
});

/** Whether Node's parser sees an upgrade. */
function mayUpgrade(value: RequestFields[string]): boolean {
  return (
    value !== undefined &&
    [value].flat().some((line) => /(^|[\s,])upgrade($|[\s,])|websocket|h2c/i.test(line))
  );
}

function namesWebSocket(value: RequestFields[string]): boolean {
  return [value].flat().some((line) => line !== undefined && /websocket($|[\s,])/i.test(line));
}
