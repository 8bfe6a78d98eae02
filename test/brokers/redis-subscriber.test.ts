// What is subscribed to when connections come and go, step by step, on a connection that the test plays.
import { beforeEach, describe, expect, it } from "vitest";
import type { PubSubMode, SubscriberEvents } from "../../src/brokers/redis/redis-link.js";
import { RedisSubscriber, withoutOffset } from "../../src/brokers/redis/redis-subscriber.js";

interface Asked {
  readonly what: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

let events: SubscriberEvents;
let asked: Asked[];
let modes: (PubSubMode | "error")[];
let log: string[];
let subscriber: RedisSubscriber;

async function ask(verb: string, mode: PubSubMode, channel: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    asked.push({ what: `${verb} ${channel} ${mode}`, resolve, reject });
  });
}

beforeEach(() => {
  [asked, modes, log] = [[], [], []];
  const link = {
    command: () => Promise.reject(new Error("not used")),
    openSubscriber: (given: SubscriberEvents) => {
      events = given;
      return {
        subscribe: async (mode: PubSubMode, channel: string) => ask("+", mode, channel),
        unsubscribe: async (mode: PubSubMode, channel: string) => ask("-", mode, channel),
        refresh: () => void log.push("refresh"),
        close: () => Promise.resolve(void log.push("close")),
      };
    },
  };
  const findMode = (): Promise<PubSubMode> => {
    const mode = modes.shift() ?? "plain";
    return mode === "error" ? Promise.reject(new Error("no answer")) : Promise.resolve(mode);
  };
  subscriber = new RedisSubscriber(link, findMode);
  subscriber.onStatus((status) => log.push(status.type));
});

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** What has been asked for since the last time, and is answered. */
async function answer(outcome: "resolve" | "reject" = "resolve"): Promise<string[]> {
  await turn();
  const all = asked.splice(0);
  for (const one of all) {
    if (outcome === "resolve") one.resolve();
    else one.reject(new Error("refused"));
  }
  await turn();
  return all.map(({ what }) => what);
}

function add(channel: string): { got: string[]; end: () => void; isReady: () => boolean } {
  const got: string[] = [];
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const subscription = subscriber.add(channel, (payload, offset) =>
    got.push(decode(payload) + (offset === undefined ? "" : ` at ${offset}`)),
  );
  let isReady = false;
  void subscription.ready.then(() => (isReady = true));
  return { got, end: () => subscription.unsubscribe(), isReady: () => isReady };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the receiving connection", () => {
  it("is up when all is confirmed, and not before", async () => {
    const [a, b] = [add("a"), add("b")];
    expect(await answer()).toEqual([]);
    events.ready();
    await turn();
    expect([subscriber.isUp, a.isReady()]).toEqual([false, false]);
    expect(await answer()).toEqual(["+ a plain", "+ b plain"]);
    expect([subscriber.isUp, a.isReady(), b.isReady()]).toEqual([true, true, true]);
    const c = add("c");
    expect(c.isReady()).toBe(false);
    expect(await answer()).toEqual(["+ c plain"]);
    expect([c.isReady(), log]).toEqual([true, ["up"]]);
  });

  it("asks for all again when the drop came before the answer, and takes no late one for it [H03]", async () => {
    const a = add("a");
    events.ready();
    await turn();
    const [late] = asked.splice(0);
    events.down(new Error("dropped"));
    add("b");
    late?.resolve();
    await turn();
    expect([subscriber.isUp, a.isReady()]).toEqual([false, false]);
    events.ready();
    expect(await answer()).toEqual(["+ a plain", "+ b plain"]);
    expect([subscriber.isUp, a.isReady(), log]).toEqual([true, true, ["up"]]);
  });

  it("asks for all again after each drop, tells once of each change, and asks how anew [H01]", async () => {
    modes = ["plain", "sharded"];
    add("a");
    events.ready();
    await answer();
    events.down(undefined);
    events.down(undefined);
    events.ready();
    expect(await answer()).toEqual(["+ a sharded"]);
    expect(log).toEqual(["up", "down", "up"]);
  });

  it("is not up while the engine refuses, or does not say how, and tries again with the next connection", async () => {
    modes = ["error"];
    add("a");
    events.ready();
    expect(await answer()).toEqual([]);
    events.ready();
    expect(await answer("reject")).toEqual(["+ a plain"]);
    expect([subscriber.isUp, log]).toEqual([false, []]);
    events.ready();
    await answer();
    add("b");
    await answer("reject");
    expect(log).toEqual(["up", "down"]);
  });

  it("has one subscription for many receivers, ends it with the last, and takes it up again", async () => {
    const [first, second] = [add("a"), add("a")];
    events.ready();
    expect(await answer()).toEqual(["+ a plain"]);
    first.end();
    first.end();
    expect(await answer()).toEqual([]);
    second.end();
    const third = add("a");
    expect(await answer()).toEqual(["- a plain", "+ a plain"]);
    // The engine may have been told in the other order: once more does no harm.
    expect(await answer()).toEqual(["+ a plain"]);
    events.message("a", withoutOffset(bytes("x")));
    expect([first.got, second.got, third.got]).toEqual([[], [], ["x"]]);
  });

  it("hands over messages with their offsets, whatever they are made of", async () => {
    const { got } = add("a");
    events.message("a", withoutOffset(bytes("a|b")));
    events.message("a", bytes("17-0|a|b"));
    events.message("a", bytes("by hand"));
    events.message("a", bytes(`${"9".repeat(60)}|x`));
    events.message("a", new Uint8Array(0));
    events.message("unknown", withoutOffset(bytes("x")));
    expect(got).toEqual(["a|b", "a|b at 17-0", "by hand", `${"9".repeat(60)}|x`, ""]);
  });

  it("hands over nothing after it was closed, and makes a new connection when told", async () => {
    const { got } = add("a");
    events.ready();
    await answer();
    subscriber.refresh();
    await subscriber.close();
    events.message("a", withoutOffset(bytes("x")));
    expect([got, log]).toEqual([[], ["up", "refresh", "close"]]);
  });
});
