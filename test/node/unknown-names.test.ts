// A name that does not exist, on every public entry of the layer.
import { once } from "node:events";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import {
  connect,
  prepareMessage,
  reject,
  resolveConnectionOptions,
  WebSocket,
  WebSocketConnection,
  WebSocketServer,
} from "../../src/index.js";
import {
  CONNECT_ADVICE,
  CONNECTION_ADVICE,
  DEFLATE_ADVICE,
  SERVER_ADVICE,
  WEBSOCKET_ADVICE,
} from "../../src/node/foreign-names.js";
import { ownersIn } from "../support/owners.js";
import { statusOf, upgradeRequest } from "../support/raw-client.js";
import { connectedPair } from "../support/raw-peer.js";
import { startServer } from "../support/server-under-test.js";

const URL = "ws://127.0.0.1:9/";

/** By the name of the entry: hands options to it. */
const ENTRIES: Readonly<Record<string, (options: object) => unknown>> = {
  WebSocketServer: (options) => new WebSocketServer(options),
  "connect()": (options) => connect(URL, options),
  WebSocket: (options) => new WebSocket(URL, options),
  "a connection": (options) => resolveConnectionOptions(options, "server"),
  perMessageDeflate: (perMessageDeflate) => new WebSocketServer({ perMessageDeflate }),
  "shutdown()": (options) => new WebSocketServer().shutdown(options),
  "handleUpgrade()": (options) => {
    const request = new IncomingMessage(new Socket());
    new WebSocketServer().handleUpgrade(request, new Socket(), undefined, options);
  },
  "send()": (options) => connectedPair().server.send("text", options),
  "sendStream()": (options) => connectedPair().server.sendStream(["text"], options),
  "ping()": (options) => connectedPair().server.ping("", options),
  "pong()": (options) => connectedPair().server.pong("", options),
  "prepareMessage()": (options) => prepareMessage("text", options),
  "reject()": (options) => reject(401, options),
  "close()": (options) => connectedPair().server.close(1000, "", options),
  WebSocketConnection: (options) => {
    const setup: object = { ...options, role: "server", transport: new Socket() };
    // @ts-expect-error -- half a setup
    return new WebSocketConnection(setup);
  },
};

async function complaintOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return error instanceof Error ? error.message : "";
  }
  return "nothing was said";
}

describe("an option that does not exist [M04]", () => {
  it("is tried with all that take options", () => {
    const others = ["a WebSocketServer", "a guard's refusal", "respond()"];
    const owners = ownersIn(["node"], others);
    expect(Object.keys(ENTRIES)).toEqual(expect.arrayContaining(owners));
  });

  it.each(Object.entries(ENTRIES))("is refused by %s", async (owner, give) => {
    const message = await complaintOf(() => give({ noSuchOption: 1 }));
    expect(message.startsWith(`${owner} has no option "noSuchOption"`), message).toBe(true);
  });

  // oxfmt-ignore
  it.each([
    ["WebSocketServer", "verifyClient",       "use authenticate"],
    ["WebSocketServer", "noServer",           "call handleUpgrade"],
    ["WebSocketServer", "maxPayload",         "use maxMessageBytes"],
    ["WebSocketServer", "clientTracking",     "server.connections"],
    ["WebSocketServer", "handleProtocols",    "use selectSubprotocol"],
    ["WebSocketServer", "nothingLikeIt",      "Its options are port"],
    ["WebSocketServer", "autenticate",        'did you mean "authenticate"?'],
    ["WebSocketServer", "origin",             'did you mean "origins"?'],
    ["WebSocketServer", "cors",               "use origins"],
    ["WebSocketServer", "pingTimeout",        "use pongTimeoutMs"],
    ["connect()",       "rejectUnauthorized", "use tls: { rejectUnauthorized }"],
    ["connect()",       "agent",              "use proxy"],
    ["connect()",       "maxPayload",         "use maxMessageBytes"],
    ["connect()",       "protocols",          "use subprotocols"],
    ["connect()",       "onUpgrade",          "use connection.response"],
    ["WebSocket",       "onResponse",         "whose connection has response"],
    ["WebSocket",       "agent",              "use proxy"],
    ["WebSocket",       "subprotocols",       "use protocols"],
    ["perMessageDeflate", "treshold",         'did you mean "thresholdBytes"?'],
    ["perMessageDeflate", "threshold",        "use thresholdBytes"],
    ["perMessageDeflate", "zlibDeflateOptions", "use zlibLevel"],
    ["shutdown()",      "deadline",           'did you mean "deadlineMs"?'],
    ["send()",          "binary",             'use type: "binary" or "text"'],
    ["send()",          "compres",            'did you mean "compress"?'],
    ["send()",          "callback",           "use onWritten"],
    ["send()",          "fin",                "use sendStream()"],
    ["sendStream()",    "compress",           "fragments are not compressed"],
    ["ping()",          "onwritten",          'did you mean "onWritten"?'],
    ["prepareMessage()", "onWritten",         "give it to send()"],
    ["reject()",        "reason",             "use body"],
    ["handleUpgrade()", "dat",                'did you mean "data"?'],
  ])("of %s, %s, is told what to do", async (owner, name, advice) => {
    expect(await complaintOf(() => ENTRIES[owner]?.({ [name]: 1 }))).toContain(advice);
  });

  it("does nothing when its value is undefined", () => {
    const options: object = { verifyClient: undefined, port: undefined };
    expect(() => new WebSocketServer(options)).not.toThrow();
  });

  it.each([
    ["a port", 8080],
    ["subprotocols", ["chat"]],
  ])("is nothing that %s could be", async (_name, options) => {
    // @ts-expect-error -- no options
    const make = (): unknown => new WebSocketServer(options);
    expect(await complaintOf(make)).toContain("takes options as an object");
    // @ts-expect-error -- no options
    expect(await complaintOf(() => connect(URL, options))).toContain("takes options as an object");
  });
});

describe("a callback in place of options, as ws has it [M04]", () => {
  it.each([
    ["send()", "use onWritten"],
    ["ping()", "use onWritten"],
    ["pong()", "use onWritten"],
    ["sendStream()", "await what sendStream() returns"],
    ["handleUpgrade()", 'use on("connection")'],
  ])("is refused by %s, which says what to do", async (owner, advice) => {
    const message = await complaintOf(() => ENTRIES[owner]?.(() => {}));
    expect(message).toBe(
      `${owner} takes options as an object, not a function: ${advice}${owner === "handleUpgrade()" ? ", which gets the connection and the request" : ""}`,
    );
  });
});

describe("a message with an option that does not exist [M04]", () => {
  it("is not sent, and no pong or ping either", async () => {
    const { server, client } = connectedPair();
    const options: object = { compres: false };
    expect(() => server.send("text", options)).toThrow(TypeError);
    expect(() => server.ping("", options)).toThrow(TypeError);
    expect(() => server.pong("", options)).toThrow(TypeError);
    expect(() => server.sendStream(["text"], options)).toThrow(TypeError);
    expect(server.bufferedAmount).toBe(0);
    expect(server.send("text", { compress: undefined })).toBe("sent");
    client.terminate();
  });
});

describe("an answer with an option that does not exist [M04]", () => {
  it.each([
    ["statusCode", "use httpStatus"],
    ["bdy", 'did you mean "body"?'],
  ])("is a hook that failed, when respond() gets %s", async (name, advice) => {
    await using under = await startServer({
      onRequest: (_request, respond) => respond({ httpStatus: 200, [name]: 1 }),
    });
    const request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    expect(await statusOf(under, request)).toBe(500);
    expect(String(under.errors)).toContain(`respond() has no option "${name}": ${advice}`);
  });

  it("is a hook that failed, when a guard gives it", async () => {
    await using under = await startServer();
    const refusal = { httpStatus: 503, reason: "full", status: 503 };
    under.server.addGuard(() => ({ type: "refuse", refusal }));
    expect(await statusOf(under, upgradeRequest())).toBe(500);
    expect(String(under.errors)).toContain("use httpStatus");
  });
});

describe("an event that does not exist [M04]", () => {
  // oxfmt-ignore
  it.each([
    ["error",     "await server.listening()"],
    ["error",     "call server.once(name, listener)"],
    ["conection", 'did you mean "connection"?'],
    ["message",   'use connection.on("message")'],
    ["close",     "await server.shutdown()"],
  ])("is refused by a server: %s", (name, advice) => {
    const server = new WebSocketServer();
    for (const method of ["on", "once", "off"] as const) {
      // @ts-expect-error -- no such event
      expect(() => server[method](name, () => {}), method).toThrow(advice);
    }
  });

  // oxfmt-ignore
  it.each([
    ["error",      'use on("close")'],
    ["open",       "is open when you get it"],
    ["data",       'use on("message")'],
    ["disconnect", 'use on("close")'],
    ["mesage",     'did you mean "message"?'],
  ])("is refused by a connection: %s", (name, advice) => {
    const { client } = connectedPair();
    for (const method of ["on", "once", "off"] as const) {
      // @ts-expect-error -- no such event
      expect(() => client[method](name, () => {}), method).toThrow(advice);
    }
  });
});

describe("once of node:events, which listens for error as well [M04]", () => {
  it("rejects, and is told of the once that there is", async () => {
    // @ts-expect-error -- no EventEmitter
    await expect(once(new WebSocketServer(), "connection")).rejects.toThrow(
      "in place of once() of node:events, call server.once(name, listener)",
    );
    // @ts-expect-error -- no EventEmitter
    await expect(once(connectedPair().client, "message")).rejects.toThrow(
      "in place of once() of node:events, call connection.once(name, listener)",
    );
  });
});

describe("advice [M04]", () => {
  const TABLES = {
    WebSocketServer: SERVER_ADVICE,
    "connect()": CONNECT_ADVICE,
    WebSocket: WEBSOCKET_ADVICE,
    "a connection": CONNECTION_ADVICE,
    perMessageDeflate: DEFLATE_ADVICE,
  };
  const rows = Object.entries(TABLES).flatMap(([owner, table]) =>
    Object.entries(table).map(([name, advice]) => ({ owner, name, advice })),
  );

  it.each(rows)("$owner, $name: is given, as there is no such option", async (row) => {
    const { owner, name, advice } = row;
    const message = await complaintOf(() => ENTRIES[owner]?.({ [name]: 1 }));
    expect(message).toContain(`${owner} has no option "${name}": ${advice}`);
  });
});
