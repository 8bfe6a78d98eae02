// A name that does not exist, on every public entry of the layer.
import { describe, expect, it } from "vitest";
import { connect, resolveConnectionOptions, WebSocket, WebSocketServer } from "../../src/index.js";
import {
  CONNECT_ADVICE,
  CONNECTION_ADVICE,
  DEFLATE_ADVICE,
  SERVER_ADVICE,
  WEBSOCKET_ADVICE,
} from "../../src/node/foreign-names.js";
import { connectedPair } from "../support/raw-peer.js";

const URL = "ws://127.0.0.1:9/";

/** By the name of the entry: hands options to it. */
const ENTRIES: Readonly<Record<string, (options: object) => unknown>> = {
  WebSocketServer: (options) => new WebSocketServer(options),
  "connect()": (options) => connect(URL, options),
  WebSocket: (options) => new WebSocket(URL, options),
  "a connection": (options) => resolveConnectionOptions(options, "server"),
  perMessageDeflate: (perMessageDeflate) => new WebSocketServer({ perMessageDeflate }),
  "shutdown()": (options) => new WebSocketServer().shutdown(options),
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
    ["WebSocketServer", "backlogg",           "Its options are port, host"],
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
