// Members that come back: they get what they have missed, in order and once, or are told of a gap.
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { roomChannel } from "../../src/cluster/names.js";
import { MemoryBroker } from "../../src/cluster/memory-broker.js";
import { FakeClock } from "../support/clock.js";
import { FaultyWay, Node, settle } from "../support/cluster.js";

const KEPT = 20;
const ID = "n1-back";

let clock: FakeClock;
let engine: MemoryBroker;
let way: FaultyWay;
let a: Node;
let b: Node;

async function startAgain(): Promise<void> {
  clock = new FakeClock();
  engine = new MemoryBroker({ clock, replayEntries: KEPT });
  way = new FaultyWay(engine);
  a = new Node("n1", way, clock);
  b = new Node("n2", engine, clock);
  a.join("r", "n1-x");
  b.join("r", "n2-y");
  await settle();
}

beforeEach(startAgain);

/** Comes back to a room of node `a`. @returns What it was sent, and how that ended. */
async function comeBack(
  room: string,
  offset: string,
  node = a,
): Promise<{ status: "resumed" | "gap"; missed: unknown[] }> {
  const missed: unknown[] = [];
  const status = await node.cluster.resume(room, {
    connectionId: ID,
    offset,
    timeoutMs: 1_000,
    join: (messages) => {
      node.join(room, ID);
      missed.push(...messages.map(({ data }) => data));
    },
  });
  return { status, missed };
}

async function say(node: Node, ...texts: string[]): Promise<void> {
  for (const text of texts) node.say("r", text);
  await settle();
}

describe("a member that comes back", () => {
  it("gets what came after its offset, from all nodes, on any node", async () => {
    expect(a.cluster.offsetOf("r")).toBeUndefined();
    await say(a, "1");
    const offset = a.cluster.offsetOf("r") ?? "";
    expect(b.cluster.offsetOf("r")).toBe(offset);
    await say(b, "2");
    await say(a, "3");
    expect(await comeBack("r", offset)).toEqual({ status: "resumed", missed: ["2", "3"] });
    expect(await comeBack("r", offset, b)).toEqual({ status: "resumed", missed: ["2", "3"] });
    const latest = a.cluster.offsetOf("r") ?? "";
    expect(await comeBack("r", latest)).toEqual({ status: "resumed", missed: [] });
  });

  it("comes back to a room that nobody here has heard meanwhile", async () => {
    await say(b, "1");
    const offset = a.cluster.offsetOf("r") ?? "";
    a.leave("r", "n1-x");
    await say(b, "2");
    expect(a.cluster.offsetOf("r")).toBeUndefined();
    expect(await comeBack("r", offset)).toEqual({ status: "resumed", missed: ["2"] });
    await say(b, "3");
    expect(a.delivered).toEqual(["r/1", "r/3"]);
  });

  it("does not get again what it has had and what is still on its way here", async () => {
    await say(b, "1");
    const offset = a.cluster.offsetOf("r") ?? "";
    way.isHolding = true;
    await say(b, "2", "3");
    expect(a.delivered).toEqual(["r/1"]);
    expect(await comeBack("r", offset)).toEqual({ status: "resumed", missed: ["2", "3"] });
    way.release();
    await say(b, "4");
    expect(a.delivered).toEqual(["r/1", `r/2-${ID}`, `r/3-${ID}`, "r/4"]);
  });

  it("gets what this node has said and the engine has not taken yet", async () => {
    await say(b, "1");
    const offset = a.cluster.offsetOf("r") ?? "";
    way.fault = "stuck";
    await say(a, "2");
    expect(await comeBack("r", offset)).toEqual({ status: "resumed", missed: ["2"] });
    way.unstick();
    await settle();
    expect(await comeBack("r", offset)).toEqual({ status: "resumed", missed: ["2"] });
  });

  it("gets everything once and each node's in order, whatever happens meanwhile", async () => {
    const steps = fc.array(fc.constantFrom("a", "b", "hold", "release", "turn"), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(steps, steps, async (before, after) => {
        await startAgain();
        await say(b, "first");
        const offset = a.cluster.offsetOf("r") ?? "";
        const said: string[] = [];
        const run = async (step: string): Promise<void> => {
          if (step === "hold") way.isHolding = true;
          else if (step === "release") way.release();
          else if (step === "turn") await Promise.resolve();
          else {
            said.push(`${step}${said.length}`);
            (step === "a" ? a : b).say("r", said.at(-1) ?? "");
          }
        };
        for (const step of before) await run(step);
        const coming = comeBack("r", offset);
        for (const step of after) await run(step);
        const { status, missed } = await coming;
        way.release();
        await settle();
        const got = [...missed.map(String), ...(a.inboxes.get(ID) ?? [])];
        expect(status).toBe("resumed");
        for (const node of ["a", "b"]) {
          const ofNode = (text: string): boolean => text.startsWith(node);
          expect(got.filter(ofNode)).toEqual(said.filter(ofNode));
        }
      }),
    );
  });

  it("gets what a node has said to a room that it does not hear, and the engine has not taken yet", async () => {
    await say(b, "1");
    const offset = b.cluster.offsetOf("r") ?? "";
    a.leave("r", "n1-x");
    way.fault = "stuck";
    await say(a, "2");
    expect(await comeBack("r", offset)).toEqual({ status: "resumed", missed: ["2"] });
  });

  it("gets each message once where the engine has kept it twice", async () => {
    await say(b, "1");
    const offset = a.cluster.offsetOf("r") ?? "";
    way.fault = "twice";
    await say(a, "2", "3");
    expect(await comeBack("r", offset)).toEqual({ status: "resumed", missed: ["2", "3"] });
  });
});

describe("an offset", () => {
  it("of another room, forged or too old is a gap, and brings nobody's messages [G10]", async () => {
    b.join("secret", "n2-y");
    await settle();
    await say(b, "1");
    b.say("secret", "not yours");
    await settle();
    const own = a.cluster.offsetOf("r") ?? "";
    const foreign = b.cluster.offsetOf("secret") ?? "";
    const [place = "", nonce = ""] = own.split("~");
    const [foreignPlace = ""] = foreign.split("~");
    const forged = ["", "~", place, `${place}~`, `${place}~guess`, `~${nonce}`, foreign];
    forged.push(`${foreignPlace}~${nonce}`, `${own} `, "0", "\uD800~\0", "9".repeat(99));
    for (const offset of forged) {
      expect(await comeBack("r", offset), offset).toEqual({ status: "gap", missed: [] });
    }
    await say(b, ...Array.from({ length: KEPT }, (_, index) => String(index)));
    expect(await comeBack("r", own)).toEqual({ status: "gap", missed: [] });
  });

  it("does not lead to what was put into the engine by others [G10]", async () => {
    await say(b, "1");
    const offset = a.cluster.offsetOf("r") ?? "";
    await engine.replay?.append(roomChannel("r"), new TextEncoder().encode("rubbish"));
    await say(b, "2");
    expect(await comeBack("r", offset)).toEqual({ status: "resumed", missed: ["2"] });
  });

  it("is a gap when the engine does not answer in time, or fails [G10]", async () => {
    await say(b, "1");
    const offset = a.cluster.offsetOf("r") ?? "";
    way.readFault = "stuck";
    const coming = comeBack("r", offset);
    await settle();
    clock.advance(1_000);
    expect(await coming).toEqual({ status: "gap", missed: [] });
    way.readFault = "refused";
    expect(await comeBack("r", offset)).toEqual({ status: "gap", missed: [] });
  });

  it("is a gap where nothing is kept", async () => {
    const node = new Node("n3", new MemoryBroker(), clock);
    node.join("r", "n3-x");
    node.say("r", "1");
    await settle();
    expect(node.cluster.offsetOf("r")).toBeUndefined();
    expect(await comeBack("r", "1~x", node)).toEqual({ status: "gap", missed: [] });
  });
});
