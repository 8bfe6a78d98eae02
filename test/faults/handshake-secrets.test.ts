// A token that a client sends wherever one can be, and who gets to see it.
import { inspect } from "node:util";
import { expect } from "vitest";
import { connect } from "../../src/node/index.js";
import { Observer } from "../support/diagnostics.js";
import { RawClient, upgradeRequest } from "../support/raw-client.js";
import { memoryPeer } from "../support/stub-server.js";
import { test } from "../support/universal.js";
import { goAway, WAYS_OUT, WISH_HOOKS } from "../support/ways-out.js";

const TOKEN = "t0ken-that-nobody-may-see";

test.for(WAYS_OUT)(
  "a token in query, header, cookie and subprotocol is told nowhere after %s [A30]",
  async (way, { world }) => {
    using observer = new Observer();
    const warnings: Error[] = [];
    const warned = (warning: Error): void => void warnings.push(warning);
    process.on("warning", warned);
    const under = await world.serve<unknown>({ ...WISH_HOOKS });
    const requests: unknown[] = [];
    under.server.on("refused", (refusal, request) => requests.push(refusal, request));
    under.server.on("connection", (_, request) => requests.push(request));
    const fields = {
      authorization: TOKEN,
      cookie: TOKEN,
      "sec-websocket-protocol": TOKEN,
      "x-wish": way[0],
    };
    const client = world.use(await RawClient.send(under, upgradeRequest(`/?t=${TOKEN}`, fields)));
    await goAway(client, world.clock, way);
    process.off("warning", warned);
    const infos = world.witnesses.map(({ closes }) => closes);
    const told = inspect([observer.seen, warnings, requests, under.errors, infos], { depth: 12 });
    expect(told).not.toContain(TOKEN);
  },
);

test.for([
  ["a refusal", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"],
  ["no HTTP", "SSH-2.0-OpenSSH\r\n\r\n"],
  ["a 101 that is wrong", "HTTP/1.1 101 Switching Protocols\r\n\r\n"],
  ["an end", ""],
])("a token of a client is in no error after %s [A30]", async ([, answer], { world }) => {
  using observer = new Observer();
  const { peer, createConnection } = memoryPeer();
  const opening = connect(`ws://${TOKEN}:${TOKEN}@h/?t=${TOKEN}`, {
    createConnection,
    headers: { Cookie: TOKEN, "X-A": TOKEN },
    subprotocols: [TOKEN],
    clock: world.clock,
  });
  const failed = opening.catch((error: unknown) => error);
  await peer.head();
  peer.socket.end(answer);
  expect(inspect([await failed, observer.seen], { depth: 12, showHidden: true })).not.toContain(
    TOKEN,
  );
});
