// Servers that answer a client wrongly, slowly, or not at all.
import { expect } from "vitest";
import { connect, type HandshakeError, type ConnectOptions } from "../../src/node/index.js";
import { CA, KEY, LOCALHOST } from "../support/certificates/index.js";
import { settle } from "../support/raw-peer.js";
import { acceptance, type StubPeer, type StubServer } from "../support/stub-server.js";
import { test, type World } from "../support/universal.js";
import { acceptFor, SAMPLE_KEY, valuesOf } from "../support/wire-handshake.js";

/** Connects to a server that does what `act` does. @returns The error, once all is closed. */
async function failure(
  world: World,
  act: (peer: StubPeer) => unknown,
  options: ConnectOptions = {},
): Promise<HandshakeError> {
  const server = await world.stub();
  const rejections: HandshakeError[] = [];
  const opening = connect(`ws://${server.authority}/`, { clock: world.clock, ...options });
  const failed = opening.then(
    (connection) => void world.watch(connection),
    (error: HandshakeError) => void rejections.push(error),
  );
  await act(await server.next());
  await failed;
  await server.deserted();
  const [error] = rejections;
  if (error === undefined) throw new Error("it has opened");
  return error;
}

const altered =
  (change: (text: string) => string) =>
  async (peer: StubPeer): Promise<void> => {
    const text = Buffer.from(acceptance(await peer.head())).toString("latin1");
    peer.write(Buffer.from(change(text), "latin1"));
  };

const adding = (line: string) => altered((text) => text.replace("\r\n\r\n", `\r\n${line}\r\n\r\n`));
const setting = (name: string, value?: string) =>
  altered((text) =>
    text.replace(new RegExp(`${name}: .*\r\n`), value === undefined ? "" : `${name}: ${value}\r\n`),
  );

test.for([
  ["no Accept", "ACCEPT_INVALID", setting("Sec-WebSocket-Accept")],
  ["an empty Accept", "ACCEPT_INVALID", setting("Sec-WebSocket-Accept", "")],
  [
    "the Accept of another key",
    "ACCEPT_INVALID",
    setting("Sec-WebSocket-Accept", acceptFor(SAMPLE_KEY)),
  ],
  [
    "two Accepts",
    "ACCEPT_INVALID",
    altered((text) => text.replace(/(Sec-WebSocket-Accept: .*\r\n)/, "$1$1")),
  ],
  ["no Upgrade", "UPGRADE_MISSING", setting("Upgrade")],
  ["another Upgrade", "UPGRADE_MISSING", setting("Upgrade", "h2c")],
  ["no Connection", "CONNECTION_MISSING", setting("Connection")],
  ["another Connection", "CONNECTION_MISSING", setting("Connection", "close")],
] as const)(
  "a 101 with %s is refused, and the socket is gone [A31]",
  async ([, code, act], { world }) => {
    expect(await failure(world, act)).toMatchObject({ code, httpStatus: 101 });
  },
);

test.for([
  ["an extension", "EXTENSION_UNOFFERED", "Sec-WebSocket-Extensions: __proto__"],
  [
    "a parameter",
    "DEFLATE_RESPONSE_INVALID",
    "Sec-WebSocket-Extensions: permessage-deflate; constructor",
  ],
  ["a subprotocol", "SUBPROTOCOL_UNOFFERED", "Sec-WebSocket-Protocol: hasOwnProperty"],
] as const)(
  "a name of Object.prototype is unknown as %s of a response [A18]",
  async ([, code, line], { world }) => {
    expect(await failure(world, adding(line))).toMatchObject({ code });
  },
);

test("a subprotocol that the client has not offered fails [A37]", async ({ world }) => {
  const act = adding("Sec-WebSocket-Protocol: superchat");
  const { code } = await failure(world, act, { subprotocols: ["chat", "v2"] });
  expect(code).toBe("SUBPROTOCOL_UNOFFERED");
});

test.for([200, 204, 302, 401, 403, 426, 503])(
  "status %i is an error that has it [A32]",
  async (status, { world }) => {
    const body = status === 204 ? [] : ["Content-Length: 4", "Location: /there"];
    const error = await failure(world, (peer) =>
      peer.answer([`HTTP/1.1 ${status} X`, ...body], body.length > 0 ? "body" : ""),
    );
    expect(error).toMatchObject({ code: "STATUS_UNEXPECTED", httpStatus: status });
  },
);

test("of a body without end little is kept, and the socket is gone [A32]", async ({ world }) => {
  const error = await failure(world, async (peer) => {
    await peer.answer(["HTTP/1.1 500 Broken"]);
    while (!peer.isClosed) {
      peer.write("x".repeat(10_000));
      await settle();
    }
  });
  expect(error.httpStatus).toBe(500);
  expect(error.body?.length).toBeLessThanOrEqual(16_384);
});

test("a body that stalls ends in time, with the status [A32]", async ({ world }) => {
  const error = await failure(world, async (peer) => {
    await peer.answer(["HTTP/1.1 500 Broken", "Content-Length: 10"], "half");
    await settle();
    world.clock.advance(10_000);
  });
  expect(error).toMatchObject({ httpStatus: 500, bodyText: "half" });
});

test("103 and then 101 opens; interim responses without end do not [A32]", async ({ world }) => {
  const server = await world.stub();
  const opening = connect(`ws://${server.authority}/`, { clock: world.clock });
  const peer = await server.next();
  const head = await peer.answer(["HTTP/1.1 103 Early Hints", "Link: </a>"]);
  peer.write(acceptance(head));
  world.watch(await opening).connection.terminate();
  const endless = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(50);
  const { code } = await failure(world, (other) =>
    other.answer(["HTTP/1.1 102 Processing"], endless),
  );
  expect(code).toBe("INTERIM_TOO_MANY");
});

test("redirects that lead in a circle end [A32]", async ({ world }) => {
  const server = await world.stub();
  const opening = connect(`ws://${server.authority}/`, { clock: world.clock, followRedirects: 3 });
  const failed = opening.catch((error: unknown) => error);
  for (let i = 0; i < 4; i++) {
    await (
      await server.next()
    ).answer(["HTTP/1.1 302 Found", "Location: /again", "Content-Length: 0"]);
  }
  expect(await failed).toMatchObject({ httpStatus: 302 });
  expect(server.connections).toBe(4);
});

const SECRETS = { Authorization: "a", Cookie: "b", "Proxy-Authorization": "c" };

test("a redirect to another host has no Authorization and no Cookie [A33]", async ({ world }) => {
  const [from, to] = [await world.stub(), await world.stub()];
  const opening = connect(`ws://user:pass@${from.authority}/`, {
    clock: world.clock,
    followRedirects: true,
    headers: SECRETS,
  });
  await (await from.next()).answer(["HTTP/1.1 302 Found", `Location: ws://${to.authority}/`]);
  const head = await (await to.next()).accept();
  world.watch(await opening).connection.terminate();
  for (const name of Object.keys(SECRETS)) expect(valuesOf(head, name)).toEqual([]);
});

test("a redirect from wss to ws is not followed [A33]", async ({ world }) => {
  const [from, to] = [await world.stub({ tls: { key: KEY, cert: LOCALHOST } }), await world.stub()];
  const options = { clock: world.clock, followRedirects: true, tls: { ca: CA }, headers: SECRETS };
  const failed = connect(`wss://${from.authority}/`, options).catch((error: unknown) => error);
  await (
    await from.next()
  ).answer(["HTTP/1.1 302 Found", `Location: ws://${to.authority}/`, "Content-Length: 0"]);
  expect(await failed).toMatchObject({ httpStatus: 302 });
  expect(to.connections).toBe(0);
});

test("a server that never answers fails at handshakeTimeoutMs, once [A34]", async ({ world }) => {
  const error = await failure(world, async (peer) => {
    await peer.head();
    world.clock.advance(9_999);
    await settle();
    expect(peer.hasEnded).toBe(false);
    world.clock.advance(1);
  });
  expect(error.code).toBe("TIMEOUT");
});

const STAGES: readonly [
  string,
  (server: StubServer, abort: () => void) => unknown,
  ConnectOptions?,
][] = [
  ["the name is looked up", (_, abort) => abort(), { lookup: () => {} }],
  ["TCP connects", (_, abort) => abort()],
  [
    "the server says nothing",
    async (server, abort) => (await (await server.next()).head(), abort()),
  ],
  [
    "half of the 101 is there",
    async (server, abort) => {
      const peer = await server.next();
      peer.write(acceptance(await peer.head()).subarray(0, 60));
      await settle();
      abort();
    },
  ],
  [
    "the 101 is under way",
    async (server, abort) => {
      const peer = await server.next();
      const head = await peer.head();
      abort();
      peer.write(acceptance(head));
    },
  ],
];

test.for(STAGES)(
  "an abort while %s is one rejection, and nothing opens later [A35]",
  async ([, act, options], { world }) => {
    const server = await world.stub();
    const controller = new AbortController();
    const url =
      options === undefined ? `ws://${server.authority}/` : `ws://name.example:${server.port}/`;
    const { signal } = controller;
    const opening = connect(url, { clock: world.clock, signal, ...options });
    const outcomes: unknown[] = [];
    const noted = opening.then(
      (connection) => void outcomes.push(world.watch(connection)),
      (error: unknown) => void outcomes.push(error),
    );
    await act(server, () => controller.abort(new Error("enough")));
    await noted;
    await settle();
    await server.deserted();
    expect(outcomes).toMatchObject([{ code: "ABORTED", cause: { message: "enough" } }]);
  },
);

test("an abort while TLS shakes hands is one rejection [A35]", async ({ world }) => {
  const server = await world.stub();
  const controller = new AbortController();
  const opening = connect(`wss://${server.authority}/`, {
    clock: world.clock,
    signal: controller.signal,
  });
  const failed = opening.catch((error: unknown) => error);
  await (await server.next()).arrived(1);
  controller.abort();
  expect(await failed).toMatchObject({ code: "ABORTED" });
  await server.deserted();
});
