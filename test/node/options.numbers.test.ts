// A number that cannot be an option: the error has the name, and the number that was given.
import { expect, it } from "vitest";
import { ConnectionManager, type ManagerOptions } from "../../src/manager/index.js";
import { resolveConnectOptions } from "../../src/node/client/options.js";
import { type ConnectionOptions, resolveConnectionOptions } from "../../src/node/options.js";
import { resolveServerOptions, type ServerOptions } from "../../src/node/server/options.js";
import { resolveShutdownOptions } from "../../src/node/server/shutdown.js";
import { WebSocketServer } from "../../src/node/server/server.js";
import { reject } from "../../src/node/server/rejection.js";

const server = (options: ServerOptions) => () => resolveServerOptions(options);
const client = (options: object) => () => resolveConnectOptions("ws://h/", options);
const connection = (options: ConnectionOptions) => () =>
  resolveConnectionOptions(options, "server");
const manager = (options: ManagerOptions) => () => new ConnectionManager(options);

// oxfmt-ignore
it.each<[name: string, value: number, call: () => unknown]>([
  ["maxHeaderBytes",              -1, server({ maxHeaderBytes: -1 })],
  ["maxHeaderCount",              -1, server({ maxHeaderCount: -1 })],
  ["handshakeTimeoutMs",          -1, server({ handshakeTimeoutMs: -1 })],
  ["maxConnections",              -1, server({ maxConnections: -1 })],
  ["backlog",                      0, () => new WebSocketServer({ port: 0, backlog: 0 })],
  ["deadlineMs",                  -1, () => resolveShutdownOptions({ deadlineMs: -1 })],
  ["HTTP status",                101, () => reject(101)],
  ["maxHeaderBytes",              -1, client({ maxHeaderBytes: -1 })],
  ["handshakeTimeoutMs",          -1, client({ handshakeTimeoutMs: -1 })],
  ["followRedirects",             -1, client({ followRedirects: -1 })],
  ["maxMessageBytes",            NaN, connection({ maxMessageBytes: NaN })],
  ["serverMaxWindowBits",          7, connection({ perMessageDeflate: { serverMaxWindowBits: 7 } })],
  ["clientMaxWindowBits",         16, connection({ perMessageDeflate: { clientMaxWindowBits: 16 } })],
  ["level",                        0, connection({ perMessageDeflate: { level: 0 } })],
  ["zlibLevel",                   10, connection({ perMessageDeflate: { zlibLevel: 10 } })],
  ["zlibMessageBytes",            -1, connection({ perMessageDeflate: { zlibMessageBytes: -1 } })],
  ["maxConnectionsPerAddress",    -1, manager({ maxConnectionsPerAddress: -1 })],
  ["rateLimit.messagesPerSecond", -1, manager({ rateLimit: { messagesPerSecond: -1 } })],
  ["rateLimit.burst",              0, manager({ rateLimit: { messagesPerSecond: 1, burst: 0 } })],
  ["authenticateFirst.deadlineMs", -1, manager({ authenticateFirst: { check: () => true, deadlineMs: -1 } })],
])("%s of %d", (name, value, call) => {
  expect(call).toThrow(RangeError);
  expect(call).toThrow(new RegExp(`${name}.*(not|:) ${value}$`));
});
