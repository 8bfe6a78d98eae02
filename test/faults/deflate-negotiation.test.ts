// permessage-deflate with each parameter and each kind of value (RFC 7692 §7.1).
import { constants, deflateRawSync } from "node:zlib";
import { expect } from "vitest";
import { connect } from "../../src/node/index.js";
import { RawClient, upgradeRequest } from "../support/raw-client.js";
import { eventually } from "../support/raw-peer.js";
import { acceptance, memoryPeer } from "../support/stub-server.js";
import { test } from "../support/universal.js";
import { frame, TEXT, utf8 } from "../support/wire-frame.js";
import { valuesOf } from "../support/wire-handshake.js";

/** A message in the smallest window that zlib has. */
const COMPRESSED = frame(
  TEXT,
  deflateRawSync(utf8("a".repeat(50)), {
    windowBits: 9,
    finishFlush: constants.Z_SYNC_FLUSH,
  }).subarray(0, -4),
  { rsv: 4 },
);

const PARAMETERS = [
  "server_no_context_takeover",
  "client_no_context_takeover",
  "server_max_window_bits",
  "client_max_window_bits",
];
const VALUES = ["", "=7", "=8", "=9", "=12", "=15", "=16", "=08", "=015", '="12"', "=x", '=""'];

/** Whether RFC 7692 §7.1 allows a parameter to look so, in an offer or a response. */
function isLegal(name: string, value: string, where: "offer" | "response"): boolean {
  if (name.endsWith("takeover")) return value === "";
  if (value === "") return where === "offer" && name.startsWith("client");
  return ["=8", "=9", "=12", "=15", '="12"'].includes(value);
}

test("offers with each parameter and each kind of value [D05]", async ({ world }) => {
  const under = await world.serve({}, "own listener", "listener");
  for (const name of PARAMETERS) {
    for (const value of VALUES) {
      const offer = `permessage-deflate; ${name}${value}`;
      const client = world.use(
        await RawClient.send(under, upgradeRequest("/", { "sec-websocket-extensions": offer })),
      );
      const { startLine, ...head } = await client.head();
      if (!startLine.includes("101")) {
        expect([startLine, value]).toEqual(["HTTP/1.1 400 Bad Request", '=""']);
        continue;
      }
      const [agreed] = valuesOf({ startLine, ...head }, "sec-websocket-extensions");
      const isAgreed = agreed !== undefined;
      if (isAgreed) expect(isLegal(name, value, "offer"), offer).toBe(true);
      else if (value !== "=8") expect(isLegal(name, value, "offer"), offer).toBe(false); // zlib has no window of 8 bits
      const seen = world.witnesses.at(-1);
      if (isAgreed) client.sendFrames(COMPRESSED);
      else client.sendFrames(frame(TEXT, "a".repeat(50)));
      await eventually(() => seen?.log.length === 1);
      seen?.connection.send("b".repeat(50));
      await client.frame();
    }
  }
});

test("responses with each parameter and each kind of value [D05]", async ({ world }) => {
  for (const name of PARAMETERS) {
    for (const value of [...VALUES, `; ${name}`]) {
      const { peer, createConnection } = memoryPeer();
      const opening = connect("ws://h/", { createConnection, clock: world.clock });
      const outcome = opening.then(
        (connection) => world.watch(connection, "listener"),
        (error: unknown) => error,
      );
      const line = `Sec-WebSocket-Extensions: permessage-deflate; ${name}${value}`;
      peer.write(acceptance(await peer.head(), [line]));
      const seen = await outcome;
      if (seen instanceof Error) {
        const isWide = ["=15", "=16"].includes(value); // more than what was offered
        expect(isLegal(name, value, "response") && !isWide, line).toBe(false);
        continue;
      }
      expect(isLegal(name, value, "response"), line).toBe(true);
      const [witness] = world.witnesses.slice(-1);
      peer.send(COMPRESSED);
      await eventually(() => witness?.log.length === 1);
      witness?.connection.terminate();
    }
  }
});
