import fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ClusterRooms } from "../../src/cluster/rooms.js";

// Rooms that share a channel are hard to find: here those do whose names begin alike.
vi.mock("../../src/cluster/names.js", () => ({
  roomChannel: (room: string) => `channel ${room[0]}`,
}));

let log: string[];
let rooms: ClusterRooms;

beforeEach(() => {
  log = [];
  rooms = new ClusterRooms({
    open: async (channel) => void log.push(`open ${channel}`),
    close: (channel) => void log.push(`close ${channel}`),
    onClosed: (room) => void log.push(`closed ${room}`),
  });
});

describe("ClusterRooms", () => {
  it("hears a room for as long as there is a reason to", () => {
    const [first, second] = [rooms.hold("a"), rooms.hold("a")];
    expect(rooms.roomsOf("channel a")).toEqual(["a"]);
    first.release();
    first.release();
    expect(log).toEqual(["open channel a", "open channel a"]);
    second.release();
    expect(log.slice(2)).toEqual(["closed a", "close channel a"]);
    expect(rooms.roomsOf("channel a")).toEqual([]);
    rooms.hold("a");
    expect(log.at(-1)).toBe("open channel a");
  });

  it("hears a channel for as long as one of its rooms is wanted", () => {
    const [a1, a2] = [rooms.hold("a1"), rooms.hold("a2")];
    expect(rooms.roomsOf("channel a")).toEqual(["a1", "a2"]);
    a1.release();
    expect(log.slice(2)).toEqual(["closed a1"]);
    expect(rooms.roomsOf("channel a")).toEqual(["a2"]);
    a2.release();
    expect(log.slice(3)).toEqual(["closed a2", "close channel a"]);
  });

  it("says when a channel is heard, as its opener says it", async () => {
    const opened = new Promise<void>(() => {});
    const pending = new ClusterRooms({ open: () => opened, close: () => {}, onClosed: () => {} });
    expect(pending.hold("a").ready).toBe(opened);
    await rooms.hold("a").ready;
  });

  it("has open what is wanted, whatever comes and goes", () => {
    const name = fc.constantFrom("a1", "a2", "b", "__proto__");
    const step = fc.oneof(fc.record({ hold: name }), fc.record({ release: fc.nat({ max: 20 }) }));
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const open = new Set<string>();
        const closed: string[] = [];
        const own = new ClusterRooms({
          open: async (channel) => void open.add(channel),
          close: (channel) => expect(open.delete(channel)).toBe(true),
          onClosed: (room) => void closed.push(room),
        });
        const holds: { readonly room: string; readonly release: () => void; isOver: boolean }[] =
          [];
        const wanted = (): string[] => holds.filter((one) => !one.isOver).map(({ room }) => room);
        for (const one of steps) {
          if ("hold" in one) {
            const { release } = own.hold(one.hold);
            holds.push({ room: one.hold, release, isOver: false });
            continue;
          }
          const hold = holds[one.release];
          if (hold === undefined) continue;
          const before = closed.length;
          const isLast = !hold.isOver && wanted().filter((room) => room === hold.room).length === 1;
          hold.release();
          hold.isOver = true;
          expect(closed.slice(before)).toEqual(isLast ? [hold.room] : []);
          const channels = wanted().map((room) => `channel ${room[0]}`);
          expect(open).toEqual(new Set(channels));
        }
        for (const channel of open) {
          const there = wanted().filter((room) => channel === `channel ${room[0]}`);
          expect(new Set(own.roomsOf(channel))).toEqual(new Set(there));
        }
      }),
    );
  });
});
