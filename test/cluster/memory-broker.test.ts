import { describe, expect, it, vi } from "vitest";
import { type BrokerReceiver, MemoryBroker } from "../../src/manager/index.js";
import { FakeClock } from "../support/clock.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (payload: Uint8Array): string => new TextDecoder().decode(payload);

/** What a receiver got, as texts. */
function receiver(): { receive: BrokerReceiver; texts: string[] } {
  const texts: string[] = [];
  return { texts, receive: (payload, offset) => texts.push(textOf(payload) + (offset ?? "")) };
}

describe("MemoryBroker", () => {
  it("delivers to all of a channel in a later turn, in order", async () => {
    const broker = new MemoryBroker();
    const [a, b, other] = [receiver(), receiver(), receiver()];
    await broker.subscribe("c", a.receive).ready;
    broker.subscribe("c", b.receive);
    broker.subscribe("other", other.receive);
    const published = [broker.publish("c", bytes("1")), broker.publish("c", bytes("2"))];
    expect(a.texts).toEqual([]);
    await Promise.all(published);
    expect([a.texts, b.texts, other.texts]).toEqual([["1", "2"], ["1", "2"], []]);
    expect(broker.isUp).toBe(true);
  });

  it("ends a subscription at once, also in the midst of a delivery, and only that one", async () => {
    const broker = new MemoryBroker();
    const last = vi.fn<BrokerReceiver>();
    broker.subscribe("c", () => second.unsubscribe());
    const second = broker.subscribe("c", last);
    await broker.publish("c", bytes("1"));
    second.unsubscribe();
    expect(last).not.toHaveBeenCalled();
    const again = broker.subscribe("c", last);
    const twice = broker.subscribe("c", last);
    await broker.publish("c", bytes("2"));
    expect(last).toHaveBeenCalledTimes(2);
    again.unsubscribe();
    again.unsubscribe();
    await broker.publish("c", bytes("3"));
    expect(last).toHaveBeenCalledTimes(3);
    twice.unsubscribe();
  });

  it("delivers nothing after it was closed", async () => {
    const broker = new MemoryBroker();
    const { receive, texts } = receiver();
    broker.subscribe("c", receive);
    broker.onStatus(() => {})();
    await broker.close();
    await broker.publish("c", bytes("1"));
    expect(texts).toEqual([]);
  });

  it("keeps as many entries as it was told, for each channel", async () => {
    const broker = new MemoryBroker({ replayEntries: 2 });
    const { receive, texts } = receiver();
    broker.subscribe("c", receive);
    const offsets: string[] = [];
    for (const text of ["a", "b", "c"]) {
      offsets.push((await broker.replay?.append("c", bytes(text))) ?? "");
    }
    expect(texts).toEqual(offsets.map((offset, index) => "abc"[index] + offset));
    const [first = "", second = "", third = ""] = offsets;
    expect(await broker.replay?.read("c", first)).toBe("gap");
    expect(await broker.replay?.read("other", second)).toBe("gap");
    expect(await broker.replay?.read("c", second)).toEqual([
      { offset: second, payload: bytes("b") },
      { offset: third, payload: bytes("c") },
    ]);
  });

  it("keeps nothing unless told, and refuses a number below 0", () => {
    expect(new MemoryBroker().replay).toBeUndefined();
    expect(() => new MemoryBroker({ replayEntries: -1 })).toThrow("replayEntries");
    expect(() => new MemoryBroker({ replayEntries: Number.NaN })).toThrow(RangeError);
  });

  it("forgets nodes that do not renew their entries", async () => {
    const clock = new FakeClock();
    const { presence } = new MemoryBroker({ clock });
    await presence.announce("a", 100);
    clock.advance(50);
    expect(await presence.announce("b", 100)).toEqual(["a", "b"]);
    clock.advance(50);
    expect(await presence.announce("c", 100)).toEqual(["b", "c"]);
    await presence.withdraw("b");
    expect(await presence.announce("c", 100)).toEqual(["c"]);
  });
});
