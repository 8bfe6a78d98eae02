// Each broker on its real engine: what the interface promises, and what happens when the engine goes away.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Broker, BrokerStatus } from "../../src/manager/index.js";
import { Engine } from "../support/engine.js";
import { BROKERS, type OpenBroker } from "./clients.js";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Collects what a channel brings; `until` resolves when it has brought a text. */
class Inbox {
  readonly texts: string[] = [];
  readonly offsets: (string | undefined)[] = [];
  readonly #waiting: (() => void)[] = [];

  readonly receive = (payload: Uint8Array, offset?: string): void => {
    this.texts.push(text(payload));
    this.offsets.push(offset);
    for (const wake of this.#waiting.splice(0)) wake();
  };

  async until(last: string): Promise<void> {
    while (!this.texts.includes(last)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

async function becomes(broker: Broker, type: BrokerStatus["type"]): Promise<void> {
  if (broker.isUp === (type === "up")) return;
  await new Promise<void>((resolve) => {
    const stop = broker.onStatus((status) => {
      if (status.type !== type) return;
      stop();
      resolve();
    });
  });
}

/** Publishes again and again until the engine has it, as the cluster does. */
async function publish(broker: Broker, channel: string, message: string): Promise<void> {
  for (;;) {
    try {
      await broker.publish(channel, bytes(message));
      return;
    } catch {
      await becomes(broker, "up");
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

for (const { name, isHere, kind, open } of BROKERS) {
  describe.skipIf(!isHere)(name, () => {
    let engine: Engine;
    const opened: OpenBroker[] = [];

    async function openBroker(port = engine.port, replay?: number): Promise<Broker> {
      const one = await open(port, replay);
      opened.push(one);
      await becomes(one.broker, "up");
      return one.broker;
    }

    beforeEach(async () => {
      engine = await Engine.start(kind);
    });

    afterEach(async () => {
      await Promise.all(opened.splice(0).map(async (one) => one.close()));
      await engine[Symbol.asyncDispose]();
    });

    it("carries bytes in order to all that subscribe, itself included", async () => {
      const [a, b] = [await openBroker(), await openBroker()];
      const inboxes = [new Inbox(), new Inbox(), new Inbox()] as const;
      const subscriptions = [
        a.subscribe("room.x", inboxes[0].receive),
        b.subscribe("room.x", inboxes[1].receive),
        b.subscribe("room.x", inboxes[2].receive),
      ];
      await Promise.all(subscriptions.map(async (one) => one.ready));
      const messages = Array.from({ length: 100 }, (_, index) => String(index));
      await Promise.all(messages.map(async (one) => a.publish("room.x", bytes(one))));
      await a.publish("room.other", bytes("for others"));
      await a.publish("room.x", bytes("last"));
      for (const inbox of inboxes) {
        await inbox.until("last");
        expect(inbox.texts).toEqual([...messages, "last"]);
        expect(new Set(inbox.offsets)).toEqual(new Set([undefined]));
      }
    });

    it("leaves every byte as it is", async () => {
      const broker = await openBroker();
      const all = Uint8Array.from({ length: 512 }, (_, index) => index);
      let ready: Promise<void> = Promise.resolve();
      const received = new Promise<Uint8Array>((resolve) => {
        ({ ready } = broker.subscribe("all", resolve));
      });
      await ready;
      await broker.publish("all", all);
      expect(Array.from(await received)).toEqual(Array.from(all));
    });

    it("ends one subscription and not its neighbours, and takes a channel up again", async () => {
      const broker = await openBroker();
      const [ended, kept, again] = [new Inbox(), new Inbox(), new Inbox()];
      const first = broker.subscribe("c", ended.receive);
      const second = broker.subscribe("c", kept.receive);
      await second.ready;
      first.unsubscribe();
      first.unsubscribe();
      await broker.publish("c", bytes("1"));
      await kept.until("1");
      second.unsubscribe();
      await broker.subscribe("c", again.receive).ready;
      await broker.publish("c", bytes("2"));
      await again.until("2");
      expect([ended.texts, kept.texts, again.texts]).toEqual([[], ["1"], ["2"]]);
    });

    it("subscribes to everything again after a drop, once, and says so [H01]", async () => {
      const broker = await openBroker();
      const inboxes = Array.from({ length: 20 }, () => new Inbox());
      const ready = inboxes.map(
        async (inbox, index) => broker.subscribe(`c${index}`, inbox.receive).ready,
      );
      await Promise.all(ready);
      const log: string[] = [];
      broker.onStatus((status) => log.push(status.type));
      engine.proxy.cut();
      await becomes(broker, "down");
      const late = new Inbox();
      void broker.subscribe("late", late.receive);
      engine.proxy.heal();
      await becomes(broker, "up");
      expect(log).toEqual(["down", "up"]);
      for (const [index] of inboxes.entries()) await publish(broker, `c${index}`, "after");
      await publish(broker, "late", "after");
      for (const inbox of [...inboxes, late]) {
        await inbox.until("after");
        expect(inbox.texts.filter((one) => one === "after")).toHaveLength(1);
      }
    });

    it("subscribes to everything when the drop comes before the confirmation [H03]", async () => {
      const broker = await openBroker();
      const inboxes = Array.from({ length: 20 }, () => new Inbox());
      engine.proxy.silence();
      const ready = inboxes.map(
        async (inbox, index) => broker.subscribe(`c${index}`, inbox.receive).ready,
      );
      // What was asked for is on its way, and will never be answered.
      await new Promise((resolve) => setImmediate(resolve));
      engine.proxy.drop();
      await becomes(broker, "down");
      engine.proxy.heal();
      await Promise.all(ready);
      await becomes(broker, "up");
      for (const [index, inbox] of inboxes.entries()) {
        await publish(broker, `c${index}`, "after");
        await inbox.until("after");
      }
    });

    it("outlives an engine that is killed and comes back with nothing [H01]", async () => {
      const [a, b] = [await openBroker(), await openBroker()];
      const inbox = new Inbox();
      await b.subscribe("c", inbox.receive).ready;
      await engine.kill();
      await Promise.all([becomes(a, "down"), becomes(b, "down")]);
      await engine.startAgain();
      await Promise.all([becomes(a, "up"), becomes(b, "up")]);
      await publish(a, "c", "after");
      await inbox.until("after");
      expect(inbox.texts).toEqual(["after"]);
    });

    it("starts without its engine, and is up once that is there [H01]", async () => {
      if (name === "NATS") return; // Its client connects before there is a broker.
      await engine.kill();
      const one = await open(engine.port);
      opened.push(one);
      const inbox = new Inbox();
      const { ready } = one.broker.subscribe("c", inbox.receive);
      expect(one.broker.isUp).toBe(false);
      await engine.startAgain();
      await ready;
      await publish(one.broker, "c", "first");
      await inbox.until("first");
    });

    it("waits with an engine that stands still, and goes on with it [H02]", async () => {
      const broker = await openBroker();
      const inbox = new Inbox();
      await broker.subscribe("c", inbox.receive).ready;
      engine.stop();
      let isTaken = false;
      const taken = broker.publish("c", bytes("slow")).then(() => (isTaken = true));
      await new Promise((resolve) => setImmediate(resolve));
      expect(isTaken).toBe(false);
      engine.goOn();
      await taken;
      await inbox.until("slow");
    });

    it("keeps what is appended, and gives it from an offset on, one channel's only [G10]", async () => {
      const broker = await openBroker(engine.port, 200);
      const inbox = new Inbox();
      await broker.subscribe("c", inbox.receive).ready;
      const { replay } = broker;
      const offsets = [];
      for (const one of ["1", "2", "3"]) offsets.push(await replay?.append("c", bytes(one)));
      const foreign = await replay?.append("secret", bytes("not yours"));
      await inbox.until("3");
      expect(inbox.texts).toEqual(["1", "2", "3"]);
      expect(inbox.offsets).toEqual(offsets);

      const entries = await replay?.read("c", offsets[1] ?? "");
      if (entries === "gap" || entries === undefined) throw new Error("there should be entries");
      expect(entries.map(({ offset, payload }) => [offset, text(payload)])).toEqual([
        [offsets[1], "2"],
        [offsets[2], "3"],
      ]);
      // The number may be that of an entry of this channel, too: it leads to no other.
      const byForeign = await replay?.read("c", foreign ?? "");
      const texts = byForeign === "gap" ? [] : byForeign?.map(({ payload }) => text(payload));
      expect(["1", "2", "3"]).toEqual(expect.arrayContaining(texts ?? ["?"]));
      const forged = ["", "0", "0-0", "-", "+", "$", "1-1-1", "9".repeat(50)];
      forged.push(`${"9".repeat(20)}-0`, "1 2", "\n", "-1", "1e3", "٣-٣", "0x1", "\uD800");
      for (const offset of forged) {
        expect(await replay?.read("c", offset), offset).toBe("gap");
      }
    });

    it("says gap once the window has moved on, or the engine has lost it [G10]", async () => {
      const broker = await openBroker(engine.port, 5);
      const { replay } = broker;
      const first = await replay?.append("c", bytes("first"));
      await Promise.all(
        Array.from({ length: 300 }, async () => replay?.append("c", bytes("next"))),
      );
      expect(await replay?.read("c", first ?? "")).toBe("gap");
      const last = await replay?.append("c", bytes("last"));
      expect(await replay?.read("c", last ?? "")).toHaveLength(1);
      if (name === "NATS") return; // Its streams are on disk.
      await engine.kill();
      await becomes(broker, "down");
      await engine.startAgain();
      await becomes(broker, "up");
      expect(await replay?.read("c", last ?? "")).toBe("gap");
    });

    it("forgets a node that does not renew its entry [H04]", async () => {
      const { presence } = await openBroker();
      if (presence === undefined) return; // NATS has no register; the nodes watch each other.
      const SHORT_MS = 20;
      expect(await presence.announce("a", 60_000)).toEqual(["a"]);
      await presence.announce("b", SHORT_MS);
      let nodes = await presence.announce("a", 60_000);
      while (nodes.includes("b")) nodes = await presence.announce("a", 60_000);
      await presence.announce("c", 60_000);
      await presence.withdraw("a");
      await presence.withdraw("a");
      expect(await presence.announce("d", 60_000)).toEqual(["c", "d"]);
    });

    it("leaves the application's client alone when it is closed", async () => {
      const one = await open(engine.port);
      await becomes(one.broker, "up");
      const inbox = new Inbox();
      await one.broker.subscribe("c", inbox.receive).ready;
      await one.broker.close();
      await one.broker.publish("c", bytes("the client still works"));
      await one.close();
      expect(inbox.texts).toEqual([]);
    });
  });
}
