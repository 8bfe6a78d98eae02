// The examples of docs/contract.md: they compile, and do what the page says.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, assert, beforeAll, expect, it, vi } from "vitest";
import { Contract, envelopeFormat, type MessageTypes } from "../../src/contract/index.js";
import { WebSocketServer } from "../../src/index.js";
import { FakeConnection, settled } from "../support/contract-pair.js";

const ROOT = path.join(import.meta.dirname, "../..");
const FOLDER = path.join(ROOT, ".cache", "contract-docs");
const page = readFileSync(path.join(ROOT, "docs/contract.md"), "utf8");

/** By the file name that the first line of each gives. */
const examples = new Map(
  Array.from(page.matchAll(/```ts\n\/\/ (\S+)\n(.*?)```/gs), ([, name = "", code = ""]) => [
    name,
    code,
  ]),
);

beforeAll(() => {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, code] of examples) {
    const text = code.replace("port: 8080", `port: 0, host: "127.0.0.1"`);
    writeFileSync(path.join(FOLDER, name), text);
  }
});

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

async function load(name: string): Promise<object> {
  const module: unknown = await import(path.join(FOLDER, name));
  assert(typeof module === "object" && module !== null);
  return module;
}

function contractIn(module: object, name: string): Contract<MessageTypes, MessageTypes> {
  const contract: unknown = Reflect.get(module, name);
  assert(contract instanceof Contract);
  return contract;
}

it("compile", () => {
  const config = { extends: "../../tsconfig.json", include: ["."], exclude: [] };
  writeFileSync(path.join(FOLDER, "tsconfig.json"), JSON.stringify(config));
  const compiler = path.join(ROOT, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [compiler, "-p", FOLDER], { encoding: "utf8" });

  expect([...examples.keys()]).toEqual(["chat-contract.ts", "server.ts", "client.ts", "bare.ts"]);
  expect(stdout).toBe("");
}, 60_000);

it("print what the page says", async () => {
  const lines = vi.spyOn(console, "log").mockImplementation(() => {});
  const server: unknown = Reflect.get(await load("server.ts"), "server");
  assert(server instanceof WebSocketServer);
  const client = examples.get("client.ts")?.replace("ws://localhost:8080/", server.url) ?? "";
  writeFileSync(path.join(FOLDER, "client.ts"), client);
  await load("client.ts");
  await vi.waitFor(() => expect(lines).toHaveBeenCalledTimes(3));
  await server.shutdown({ deadlineMs: 1_000 });

  expect(lines.mock.calls).toEqual([
    [["anybody here?"]],
    ["server: Welcome to lobby"],
    ["REFUSED", "Invalid message format"],
  ]);
  lines.mockRestore();
});

it("of systems with a format of their own read and write that format", async () => {
  const module = await load("bare.ts");
  const sent: unknown[] = [];
  for (const [name, handled, message] of [
    ["rooms", "room_message", { type: "room_message", room: "a", content: "" }],
    ["tasks", undefined, { status: "running" }],
    ["store", "get", { kind: "get", payload: 7, id: 1 }],
  ] as const) {
    const connection = new FakeConnection();
    const handlers = handled === undefined ? {} : { [handled]: () => {} };
    contractIn(module, name).serve(connection, { handlers });
    connection.receiveJson(message);
    await settled();
    sent.push(...connection.takeSent());
  }

  expect(sent).toEqual([
    { type: "error", message: "Invalid message format" },
    { error: "Invalid message format" },
    { re: 1, error: "Invalid message format", details: expect.any(Array) },
  ]);
});

it("of messages are messages of the format", () => {
  const [, json = ""] = /```json\n(.*?)```/s.exec(page) ?? [];
  const kinds = json
    .trim()
    .split("\n")
    .map((line) => envelopeFormat.read(JSON.parse(line)).kind);

  expect(kinds.join()).toBe(
    "event,request,reply,error,error,cancel,ping,pong,event,ack,resume,resumed",
  );
});
