// The examples of docs/contract.md: they compile, and do what the page says.
import { afterAll, assert, beforeAll, expect, it, vi } from "vitest";
import { Contract, envelopeFormat, type MessageTypes } from "../../src/contract/index.js";
import { WebSocketServer } from "../../src/index.js";
import { FakeConnection, settled } from "../support/contract-pair.js";
import { PageExamples } from "../support/page-examples.js";
import { PATIENCE_MS } from "../support/wire-signal.js";

const page = new PageExamples("contract");
const { code: examples } = page;
const load = (name: string): Promise<object> => page.load(name);

beforeAll(() => {
  page.write((code) => code.replace("port: 8080", `port: 0, host: "127.0.0.1"`));
});

afterAll(() => page.remove());

function contractIn(module: object, name: string): Contract<MessageTypes, MessageTypes> {
  const contract: unknown = Reflect.get(module, name);
  assert(contract instanceof Contract);
  return contract;
}

it("compile", () => {
  const stdout = page.compile();

  expect([...examples.keys()]).toEqual(["chat-contract.ts", "server.ts", "client.ts", "bare.ts"]);
  expect(stdout).toBe("");
});

it("print what the page says", async () => {
  const lines = vi.spyOn(console, "log").mockImplementation(() => {});
  const server: unknown = Reflect.get(await load("server.ts"), "server");
  assert(server instanceof WebSocketServer);
  const client = examples.get("client.ts")?.replace("ws://localhost:8080/", server.url) ?? "";
  page.writeOne("client.ts", client);
  await load("client.ts");
  await vi.waitFor(() => expect(lines).toHaveBeenCalledTimes(3), PATIENCE_MS);
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
  const [, json = ""] = /```json\n(.*?)```/s.exec(page.text) ?? [];
  const kinds = json
    .trim()
    .split("\n")
    .map((line) => envelopeFormat.read(JSON.parse(line)).kind);

  expect(kinds.join()).toBe(
    "event,request,reply,error,error,cancel,ping,pong,event,ack,resume,resumed",
  );
});
