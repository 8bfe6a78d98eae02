// Smoke test of the installed package, on any runtime: copy this folder, and test/support/certificates into it, to where
// `plainsocket` is installed and run main.mjs.
//
// Uses the public API alone. Prints the runtime, a line per check ("ok - ..." or "not ok - ...: why") and, last,
// "N passed, N failed". Then the process must end by itself: nothing may be left open.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import {
  acceptThenClose,
  CloseCode,
  connect,
  HandshakeError,
  reject,
  WebSocket,
  WebSocketServer,
} from "plainsocket";
import { checkBesideHttp } from "./beside-http.mjs";
import { checkTheWire } from "./wire.mjs";

const HOST = "127.0.0.1";
const LIMIT_MS = 10_000;
let passed = 0;
let failed = 0;

/** Runs `body` with a server that echoes, and shuts the server down. */
async function check(name, body, options = {}) {
  let timer;
  let server;
  try {
    const run = async () => {
      server = new WebSocketServer({ port: 0, host: HOST, ...options });
      server.on("connection", (connection) => {
        connection.on("message", (message) => connection.send(message));
      });
      server.on("refused", () => {}); // what is refused here is meant to be, and needs no warning
      await server.listening();
      await body(server, server.address().port);
      await server.shutdown({ deadlineMs: 2000 });
    };
    const limit = new Promise((_, reject) => {
      timer = setTimeout(reject, LIMIT_MS, new Error(`not done in ${LIMIT_MS} ms`));
    });
    await Promise.race([run(), limit]);
    passed += 1;
    console.log(`ok - ${name}`);
  } catch (error) {
    failed += 1;
    console.log(
      `not ok - ${name}: ${String(error?.stack ?? error)
        .split("\n", 2)
        .join(" ")}`,
    );
    await server?.shutdown({ deadlineMs: 0 }).catch(() => {});
  } finally {
    clearTimeout(timer);
  }
}

function next(emitter, event) {
  return new Promise((resolve) => {
    emitter.once(event, (...values) => resolve(values));
  });
}

async function echoed(connection, message) {
  const answer = next(connection, "message");
  connection.send(message);
  return (await answer)[0];
}

function runtime() {
  if (globalThis.Deno) return `Deno ${globalThis.Deno.version.deno}`;
  if (globalThis.Bun) return `Bun ${globalThis.Bun.version}`;
  return `Node ${process.version}`;
}

console.log(`# ${runtime()}`);

await check("gives one module to import and require", async () => {
  const require = createRequire(import.meta.url);
  assert.equal(require("plainsocket").WebSocketServer, WebSocketServer);
  const { RequestHeadReader } = await import("plainsocket/protocol");
  assert.equal(require("plainsocket/protocol").RequestHeadReader, RequestHeadReader);
});

await check("echoes text, empty and beyond the first plane", async (_, port) => {
  const connection = await connect(`ws://${HOST}:${port}/`);
  for (const text of ["hello", "", "Zoë 🙂", "x".repeat(70_000)]) {
    assert.equal(await echoed(connection, text), text);
  }
  connection.close();
});

await check("echoes bytes in each length form", async (_, port) => {
  const connection = await connect(`ws://${HOST}:${port}/`);
  for (const length of [0, 1, 125, 126, 65_535, 65_536, 1_000_000]) {
    const bytes = Uint8Array.from({ length }, (_, index) => index * 7);
    const answer = await echoed(connection, bytes);
    assert.ok(answer instanceof Uint8Array);
    assert.ok(Buffer.from(bytes).equals(answer), `${length} bytes`);
  }
  connection.close();
});

await check("keeps the order of many messages", async (_, port) => {
  const connection = await connect(`ws://${HOST}:${port}/`);
  const count = 2000;
  for (let index = 0; index < count; index += 1) connection.send(String(index));
  let expected = 0;
  for await (const message of connection) {
    assert.equal(message, String(expected));
    expected += 1;
    if (expected === count) break;
  }
  connection.close();
});

await check(
  "reads into memory that connections share, where that is possible",
  async (_, port) => {
    const connections = await Promise.all(
      Array.from({ length: 5 }, () => connect(`ws://${HOST}:${port}/`)),
    );
    const messages = [5, 20, 5_000, 100_000].flatMap((length) =>
      connections.map((_connection, index) => String(index).repeat(length)),
    );
    await Promise.all(
      connections.map(async (connection) => {
        const answers = [];
        const all = new Promise((resolve) => {
          connection.on("message", (answer) => {
            if (answers.push(answer) === messages.length) resolve();
          });
        });
        for (const message of messages) connection.send(message);
        await all;
        assert.deepEqual(answers, messages);
        connection.close();
      }),
    );
  },
  { sharedReads: true },
);

for (const length of [500, 200_000]) {
  await check(`compresses messages of ${length} bytes`, async (_, port) => {
    const connection = await connect(`ws://${HOST}:${port}/`);
    assert.match(connection.extensions, /permessage-deflate/);
    const text = JSON.stringify({ values: "plain and simple ".repeat(length / 17) });
    for (let round = 0; round < 3; round += 1) assert.equal(await echoed(connection, text), text);
    connection.close();
  });
}

await check("works without compression", async (_, port) => {
  const connection = await connect(`ws://${HOST}:${port}/`, { perMessageDeflate: false });
  assert.equal(connection.extensions, "");
  assert.equal(await echoed(connection, "plain"), "plain");
  connection.close();
});

await check("measures a round trip", async (_, port) => {
  const connection = await connect(`ws://${HOST}:${port}/`);
  const milliseconds = await connection.ping();
  assert.ok(milliseconds >= 0 && milliseconds < LIMIT_MS, String(milliseconds));
  connection.close();
});

await check("brings the client's close code to the server", async (server, port) => {
  const accepted = next(server, "connection");
  const connection = await connect(`ws://${HOST}:${port}/`);
  const closed = next((await accepted)[0], "close");
  connection.close(4001, "bye");
  const [{ code, reason, wasClean }] = await closed;
  assert.deepEqual([code, reason, wasClean], [4001, "bye", true]);
});

await check("brings the server's close code to the client", async (server, port) => {
  server.on("connection", (connection) => connection.close(CloseCode.TRY_AGAIN_LATER, "later"));
  const connection = await connect(`ws://${HOST}:${port}/`);
  const [{ code, reason, wasClean }] = await next(connection, "close");
  assert.deepEqual([code, reason, wasClean], [1013, "later", true]);
});

await check("closes with 1001 when the server shuts down", async (server, port) => {
  const connection = await connect(`ws://${HOST}:${port}/`);
  const closed = next(connection, "close");
  await server.shutdown({ deadlineMs: 5000 });
  const [{ code, wasClean }] = await closed;
  assert.deepEqual([code, wasClean], [CloseCode.GOING_AWAY, true]);
});

await check(
  "agrees on a subprotocol",
  async (_, port) => {
    const connection = await connect(`ws://${HOST}:${port}/`, { subprotocols: ["a", "b"] });
    assert.equal(connection.subprotocol, "b");
    connection.close();
  },
  { selectSubprotocol: (offered) => offered.find((name) => name === "b") },
);

await check(
  "refuses with a status what is not authenticated",
  async (_, port) => {
    await assert.rejects(connect(`ws://${HOST}:${port}/`), (error) => {
      assert.ok(error instanceof HandshakeError);
      assert.equal(error.httpStatus, 403);
      return true;
    });
  },
  { authenticate: async () => reject(403) },
);

await check(
  "refuses with a close code what is not authenticated",
  async (_, port) => {
    const connection = await connect(`ws://${HOST}:${port}/`);
    const [{ code, reason }] = await next(connection, "close");
    assert.deepEqual([code, reason], [4401, "who?"]);
  },
  { authenticate: () => acceptThenClose(4401, "who?") },
);

const pem = (name) => readFileSync(new URL(`certificates/${name}.pem`, import.meta.url));

await check(
  "serves and connects over TLS",
  async (_, port) => {
    const connection = await connect(`wss://${HOST}:${port}/`, { tls: { ca: pem("ca") } });
    assert.equal(await echoed(connection, "secret"), "secret");
    connection.close();
    await assert.rejects(connect(`wss://${HOST}:${port}/`), HandshakeError);
  },
  { tls: { key: pem("key"), cert: pem("localhost") } },
);

await checkBesideHttp(check, echoed);

/** Echoes through the WHATWG interface, whoever implements it. */
async function whatwgEcho(Implementation, port) {
  const socket = new Implementation(`ws://${HOST}:${port}/`);
  socket.binaryType = "arraybuffer";
  await once(socket, "open");
  for (const message of ["hello", new Uint8Array([1, 2, 3])]) {
    const answer = once(socket, "message");
    socket.send(message);
    const [{ data }] = await answer;
    if (typeof message === "string") assert.equal(data, message);
    else assert.deepEqual(new Uint8Array(data), message);
  }
  const closed = once(socket, "close");
  socket.close(1000, "done");
  const [{ code, reason, wasClean }] = await closed;
  assert.deepEqual([code, reason, wasClean], [1000, "done", true]);
}

await check("has the WHATWG interface", (_, port) => whatwgEcho(WebSocket, port));

if (globalThis.WebSocket !== undefined) {
  await check("talks to the runtime's own WebSocket", (_, port) =>
    whatwgEcho(globalThis.WebSocket, port),
  );
}

await checkTheWire(check);

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
