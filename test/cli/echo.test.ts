import { describe, expect, it } from "vitest";
import { connect } from "../../src/index.js";
import { TestTerminal } from "./terminal.js";

async function start(
  ...args: string[]
): Promise<{ terminal: TestTerminal; url: string; done: Promise<number> }> {
  const terminal = new TestTerminal();
  const done = terminal.run("echo", "--port", "0", ...args);
  await terminal.sees(/ws:.*\n/);
  return { terminal, url: terminal.printed.trim(), done };
}

describe("plainsocket echo", () => {
  it.each([[[]], [["--bytes"]]])(
    "echoes text as text and binary as binary with %j",
    async (args) => {
      const { terminal, url, done } = await start(...args);
      expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/$/);
      const client = await connect(url);
      expect(client.extensions).toBe("");
      client.send("héllo");
      client.send(Buffer.from([1, 2]));
      const got: unknown[] = [];
      for await (const message of client) if (got.push(message) === 2) break;
      expect(got).toEqual(["héllo", Buffer.from([1, 2])]);
      terminal.interrupt();
      expect(await client.closed).toMatchObject({ code: 1001 });
      expect(await done).toBe(0);
    },
  );

  it("has the default limits, raised when told so", async () => {
    const small = await start();
    const first = await connect(small.url);
    first.send(Buffer.alloc(1_048_577));
    expect((await first.closed).code).toBe(1009);
    small.terminal.interrupt();
    await small.done;

    const large = await start(
      "--max-message-bytes",
      "16777216",
      "--max-fragments",
      "2",
      "--compress",
    );
    const second = await connect(large.url, {
      maxMessageBytes: 20_000_000,
      maxBufferedBytes: 20_000_000,
    });
    expect(second.extensions).toBe("permessage-deflate");
    second.send(Buffer.alloc(16_777_216), { compress: false });
    for await (const message of second) {
      expect(message).toHaveLength(16_777_216);
      break;
    }
    await second.sendStream(["1", "2", "3"]);
    expect((await second.closed).code).toBe(1008);
    large.terminal.interrupt();
    await large.done;
  });

  it("says which port is taken, with exit code 1", async () => {
    const { terminal, url, done } = await start();
    const second = new TestTerminal();
    expect(await second.run("echo", "--port", new URL(url).port)).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(second.complained).toContain("EADDRINUSE");
    terminal.interrupt();
    await done;
  });

  it("lets pages of other origins in only when told so", async () => {
    const strict = await start();
    await expect(connect(strict.url, { origin: "http://elsewhere.example" })).rejects.toMatchObject(
      { httpStatus: 403 },
    );
    strict.terminal.interrupt();
    const open = await start("--any-origin");
    (await connect(open.url, { origin: "http://elsewhere.example" })).terminate();
    open.terminal.interrupt();
    await Promise.all([strict.done, open.done]);
  });
});
