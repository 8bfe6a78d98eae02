import { describe, expect, it } from "vitest";
import { TestTerminal } from "./terminal.js";

describe("plainsocket", () => {
  it.each([[["--help"]], [[]]])("shows all commands with %j", async (args) => {
    const terminal = new TestTerminal();
    expect(await terminal.run(...args)).toBe(0);
    await terminal.sees("plainsocket echo --port");
    await terminal.sees("plainsocket connect URL");
  });

  it("shows one command's help, and the version", async () => {
    const terminal = new TestTerminal();
    expect(await terminal.run("echo", "--help")).toBe(0);
    await terminal.sees("--max-fragments");
    expect(terminal.printed).not.toContain("connect URL");
    expect(await terminal.run("--version")).toBe(0);
    await terminal.sees("1.2.3");
  });

  it.each([
    [["ecko"], 'has no command "ecko": did you mean "echo"?'],
    [["echo", "--prot", "1"], 'plainsocket: echo has no option "--prot": did you mean "--port"?'],
    [["echo", "-p", "1"], 'plainsocket: echo has no option "-p"'],
    [["connect", "ws://a", "--subprotocols", "a"], 'did you mean "--subprotocol"?'],
    [["connect", "-c", "ws://a"], "leave it out, the URL is all it takes"],
    [["connect", "ws://a", "--frames"], "Its options are --subprotocol, --header"],
    [["echo", "--port", "x"], '--port takes a whole number up to 65535, not "x"'],
    [["echo", "--port", "65536"], "--port takes"],
    [["echo", "--max-message-bytes", "-1"], "max-message-bytes"],
    [["connect"], "takes one URL"],
    [["connect", "ws://a", "ws://b"], "takes one URL"],
    [["connect", "ftp://a"], "ws"],
    [["connect", "ws://a", "--header", "nonsense"], '--header takes "Name: value"'],
    [["connect", "ws://a", "--header", "X: a\r\nB: c"], ""],
    [["connect", "ws://a", "--subprotocol", "a b"], ""],
  ])("refuses %j with exit code 2 and says why", async (args, why) => {
    const terminal = new TestTerminal();
    expect(await terminal.run(...args)).toBe(2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(terminal.complained).toMatch(/^plainsocket: .+\n$/);
    expect(terminal.complained).toContain(why);
  });
});
