import { describe, expect, it } from "vitest";
import { CaseCounter, ProgressLine } from "../../autobahn/progress.js";
import type { Direction } from "../../autobahn/results.js";

const running = (caseId: string): string =>
  `Running test case ID ${caseId} for agent plainsocket from peer tcp4:127.0.0.1:40000`;

describe("CaseCounter", () => {
  it("counts a case when the next one starts, and the last when the run is over", () => {
    const counter = new CaseCounter();

    expect(counter.text).toBe("0/0");
    expect(counter.observe("Ok, will run 517 test cases against 1 servers")).toBe(true);
    expect(counter.text).toBe("0/517");
    expect(counter.observe(running("1.1.1"))).toBe(true);
    expect(counter.text).toBe("0/517 (1.1.1)");
    expect(counter.observe(running("1.1.2"))).toBe(true);
    expect(counter.text).toBe("1/517 (1.1.2)");
    expect(counter.current).toBe("1.1.2");
    counter.finish();
    expect(counter.text).toBe("2/517");
  });

  it("takes no notice of other lines", () => {
    const counter = new CaseCounter();

    expect(counter.observe("Using Twisted reactor class <class 'epoll'>")).toBe(false);
    expect(counter.text).toBe("0/0");
  });
});

function screen(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}

describe("ProgressLine", () => {
  const counters = (): Map<Direction, CaseCounter> =>
    new Map([
      ["server", new CaseCounter()],
      ["client", new CaseCounter()],
    ]);

  it("rewrites one line on a terminal", () => {
    const both = counters();
    const terminal = screen(true);
    const line = new ProgressLine(both, terminal);

    both.get("server")?.observe("Ok, will run 2 test cases");
    both.get("server")?.observe(running("6.4.1"));
    line.update();
    both.get("server")?.finish();
    line.end();
    expect(terminal.written).toEqual([
      "\rserver 0/2 (6.4.1), client 0/0\u001B[K",
      "\rserver 1/2, client 0/0\u001B[K\n",
    ]);
  });

  it("prints a line after every 50 cases elsewhere", () => {
    const both = counters();
    const file = screen(false);
    const line = new ProgressLine(both, file);

    for (let count = 1; count <= 101; count += 1) {
      both.get("client")?.observe(running(`9.1.${count}`));
      line.update();
    }
    expect(file.written).toEqual([
      "server 0/0, client 50/0 (9.1.51)\n",
      "server 0/0, client 100/0 (9.1.101)\n",
    ]);
    line.end();
    expect(file.written.at(-1)).toBe("server 0/0, client 100/0 (9.1.101)\n");
  });
});
