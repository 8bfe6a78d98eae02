// The examples of docs/rooms.md do what the page says.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { assert, beforeAll, describe, expect, it, vi } from "vitest";
import { connect, type WebSocketConnection, WebSocketServer } from "../../src/index.js";
import { ConnectionManager, MemoryBroker } from "../../src/manager/index.js";
import { eventually } from "../support/raw-peer.js";
import { PATIENCE_MS } from "../support/wire-signal.js";

const ROOT = path.join(import.meta.dirname, "../..");
const FOLDER = path.join(ROOT, ".cache", "rooms-docs");
const page = readFileSync(path.join(ROOT, "docs/rooms.md"), "utf8");

beforeAll(() => {
  mkdirSync(FOLDER, { recursive: true });
  return () => rmSync(FOLDER, { recursive: true, force: true });
});

interface Example extends AsyncDisposable {
  readonly url: string;
  readonly manager: ConnectionManager;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Runs the example whose first line gives this file name, on a free port. */
async function run(name: string): Promise<Example> {
  const [, code] = new RegExp(`\`\`\`js\\n// ${name}\\n(.*?)\`\`\``, "s").exec(page) ?? [];
  assert(code !== undefined);
  const file = path.join(FOLDER, name);
  writeFileSync(file, code.replace("port: 8080", `port: 0, host: "127.0.0.1"`));
  const exports: unknown = await import(file);
  assert(typeof exports === "object" && exports !== null);
  assert("server" in exports && exports.server instanceof WebSocketServer);
  assert("manager" in exports && exports.manager instanceof ConnectionManager);
  const { server, manager } = exports;
  await server.listening();
  const end = (): Promise<void> => server.shutdown({ deadlineMs: 0 });
  return { url: server.url, manager, exports: { ...exports }, [Symbol.asyncDispose]: end };
}

/** A client, and the messages it has got, parsed. */
async function client(url: string, ...texts: object[]): Promise<[WebSocketConnection, Got[]]> {
  const connection = await connect(url);
  const got: Got[] = [];
  connection.on("message", (message) => got.push(JSON.parse(String(message))));
  for (const text of texts) connection.send(JSON.stringify(text));
  return [connection, got];
}

type Got = Readonly<Record<string, unknown>>;

describe("docs/rooms.md", () => {
  it("has a chat", async () => {
    await using chat = await run("chat.js");
    const auth = { type: "auth", token: "t0k3n" };
    const [ann, annGot] = await client(chat.url, auth, { type: "join_room", room: "tea" });
    await eventually(() => annGot.length === 3);
    expect(annGot).toMatchObject([
      { type: "welcome", clientId: expect.stringMatching(/^[0-9a-f]{12}-/) },
      { type: "auth_success" },
      { type: "room_joined", members: 1 },
    ]);
    const [bob, bobGot] = await client(
      chat.url,
      { type: "auth", token: "r3ad" },
      { type: "join_room", room: "tea" },
    );
    await eventually(() => annGot.length === 4 && bobGot.length === 3);
    ann.send(JSON.stringify({ type: "room_message", room: "tea", content: "<b>hi</b>" }));
    bob.send(JSON.stringify({ type: "room_message", room: "tea", content: "no" }));
    await eventually(() => bobGot.length === 5);
    bob.close();
    await eventually(() => annGot.length === 5);

    expect(annGot.slice(3)).toEqual([
      { type: "user_joined", room: "tea", name: "bob" },
      { type: "user_left", room: "tea", name: "bob" },
    ]);
    expect(bobGot.slice(3)).toEqual(
      expect.arrayContaining([
        { type: "room_message", room: "tea", from: "ann", content: "<b>hi</b>" },
        { type: "error", message: "Not allowed" },
      ]),
    );
    const [spy] = await client(chat.url, { type: "auth", token: "guess" });
    expect(await spy.closed).toMatchObject({ code: 1008, reason: "Authentication failed" });
    const many = Array.from({ length: 50 }, () => ({ type: "?", room: "" }));
    const [flood, floodGot] = await client(chat.url, auth, ...many);
    await vi.waitFor(() => {
      expect(floodGot).toContainEqual({ type: "error", message: "Rate limit exceeded" });
    }, PATIENCE_MS);
    flood.close();
  });

  it("has a dashboard", async () => {
    const lines = vi.spyOn(console, "log").mockImplementation(() => {});
    await using dashboard = await run("dashboard.js");
    const { announce, update } = dashboard.exports;
    assert(typeof announce === "function" && typeof update === "function");
    const [, watcherGot] = await client(dashboard.url, { watch: 7 });
    const [other, otherGot] = await client(dashboard.url);
    await eventually(
      () => dashboard.manager.room("project 7").size === 1 && dashboard.manager.size === 2,
    );
    expect(announce({ all: true })).toMatchObject({ sent: 2 });
    update(7, { step: 1 });
    update(7, { step: 2 });
    await vi.waitFor(() => expect(watcherGot).toHaveLength(2), PATIENCE_MS);
    expect([watcherGot, otherGot]).toEqual([
      [{ all: true }, [{ step: 1 }, { step: 2 }]],
      [{ all: true }],
    ]);
    other.terminate();
    await eventually(() => dashboard.manager.size === 1);
    expect(announce({ still: "there" })).toMatchObject({ sent: 1 });
    expect(lines.mock.calls).toEqual([
      ["connected:", 1],
      ["connected:", 2],
      ["connected:", 1],
    ]);
    await dashboard[Symbol.asyncDispose]();
    await eventually(() => dashboard.manager.size === 0);
    lines.mockRestore();
  });

  it("has a document with readers", async () => {
    await using document = await run("presence.js");
    const [one, oneGot] = await client(document.url);
    await eventually(() => oneGot.length === 2);
    const [two, twoGot] = await client(document.url);
    await eventually(() => oneGot.length === 3 && twoGot.length === 2);
    one.send(JSON.stringify({ state: "writing" }));
    await eventually(() => twoGot.length === 3);
    two.close();
    await eventually(() => oneGot.length === 5);
    const [idOne, idTwo] = [oneGot[0]?.["you"], twoGot[0]?.["you"]];

    expect(twoGot[0]).toEqual({ you: idTwo, present: [{ id: idOne, state: "reading" }] });
    expect(twoGot[2]).toEqual({ joined: [], updated: [{ id: idOne, state: "writing" }], left: [] });
    expect(oneGot[4]).toEqual({ joined: [], updated: [], left: [{ id: idTwo, state: "reading" }] });
  });

  it("has a document with readers in several processes", async () => {
    await using document = await run("presence-everywhere.js");
    const { broker } = document.exports;
    assert(broker instanceof MemoryBroker);
    await using server = new WebSocketServer<unknown>({ port: 0, host: "127.0.0.1" });
    await server.listening();
    const elsewhere = new ConnectionManager({ server, broker });
    const room = elsewhere.room("document");
    elsewhere.on("connection", (one) => void room.join(one, { state: "writing" }));
    const [other] = await client(server.url);
    await eventually(() => room.size === 1);
    const [otherId] = room.presence().map(({ id }) => id);

    const [, got] = await client(document.url);
    await eventually(() => presentIn(got).size === 2);
    const id = String(got[0]?.["you"]);
    expect(presentIn(got)).toEqual(
      new Map([
        [id, "reading"],
        [otherId, "writing"],
      ]),
    );
    const [, late] = await client(document.url);
    await eventually(() => presentIn(got).size === 3 && presentIn(late).size === 3);
    expect(late[0]?.["present"]).toHaveLength(3);
    other.terminate();
    await eventually(() => presentIn(got).size === 2 && presentIn(late).size === 2);
    expect(presentIn(late)).toEqual(presentIn(got));
    await elsewhere.shutdown({ deadlineMs: 0 });
  });
});

/** The members and their states, after a list and differences. */
function presentIn(got: readonly Got[]): Map<unknown, unknown> {
  const present = new Map<unknown, unknown>();
  for (const one of got) {
    for (const kind of ["present", "joined", "updated"]) {
      const members = one[kind] ?? [];
      assert(Array.isArray(members));
      for (const { id, state } of members) present.set(id, state);
    }
    const left = one["left"] ?? [];
    assert(Array.isArray(left));
    for (const { id } of left) present.delete(id);
  }
  return present;
}
