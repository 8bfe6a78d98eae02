import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, assert, expect, it, vi } from "vitest";
import { WebSocketServer } from "../../src/index.js";

const ROOT = path.join(import.meta.dirname, "../..");
const FOLDER = path.join(ROOT, ".cache", "readme");

/** The examples of the README, in its order. */
const examples = Array.from(
  readFileSync(path.join(ROOT, "README.md"), "utf8").matchAll(/```js\n(.*?)```/gs),
  ([, code = ""]) => code,
);

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

function write(name: string, code: string): string {
  mkdirSync(FOLDER, { recursive: true });
  const file = path.join(FOLDER, name);
  writeFileSync(file, code);
  return file;
}

function isModule(value: unknown): value is { server: WebSocketServer } {
  return Object(value).server instanceof WebSocketServer;
}

it("the README's client talks to the README's server, as both say", async () => {
  const [server = "", client = ""] = examples;
  expect(examples).toHaveLength(2);
  const lines = vi.spyOn(console, "log").mockImplementation(() => {});

  const serverFile = write(
    "server.js",
    `${server.replace("port: 8080", "port: 0")}\nexport { server };`,
  );
  const started: unknown = await import(serverFile);
  assert(isModule(started));
  await import(write("client.js", client.replace("ws://localhost:8080/", started.server.url)));
  await started.server.shutdown();

  expect(lines.mock.calls.map(([line]: unknown[]) => String(line))).toEqual([
    expect.stringMatching(/^(::1|::ffff:127\.0\.0\.1|127\.0\.0\.1) connected$/),
    "you said: hello",
    "closed: 1000 done true",
  ]);
  lines.mockRestore();
});
