// What comes behind a message that a codec works on elsewhere.
import { describe, expect, it } from "vitest";
import { Written } from "../../../src/node/connection/written.js";
import { settle } from "../../support/raw-peer.js";

/** A driver whose codec is at work, with 10 bytes of output before that. */
function scene() {
  const core = { isEncoding: true, hasLost: false };
  const writer = { position: 10, isWatched: false, watch: () => (writer.isWatched = true) };
  const failures: unknown[] = [];
  // @ts-expect-error -- it needs no more of a core and a writer than this
  const written = new Written(core, writer, (error) => failures.push(error));
  const told: unknown[] = [];
  const tell = (error?: Error): void => void told.push(error ?? "written");
  return { core, writer, written, told, tell, failures };
}

describe("a mark behind a message that is being encoded", () => {
  it("holds back what follows, and is placed behind the message when that is done", () => {
    const { core, writer, written, told, tell } = scene();
    expect(written.mustHold()).toBe(false);
    written.mark(tell);
    expect([written.mustHold(), written.isEmpty, writer.isWatched]).toEqual([true, false, true]);
    written.reach(1_000);
    expect(told).toEqual([]);

    core.isEncoding = false;
    writer.position = 2_000;
    expect(written.mustHold()).toBe(false);
    written.reach(1_999);
    expect(told).toEqual([]);
    written.reach(2_000);
    expect(told).toEqual(["written"]);
    expect(written.isEmpty).toBe(true);
  });

  it("gets an error soon when the codec fails: the message is missing", async () => {
    const { core, written, told, tell } = scene();
    written.mark(tell);
    core.isEncoding = false;
    core.hasLost = true;
    expect(written.mustHold()).toBe(false);
    expect(told).toEqual([]);
    await settle();
    expect(told).toEqual([expect.objectContaining({ code: "NOT_WRITTEN" })]);
    expect(written.isEmpty).toBe(true);
  });

  it("gets the error of the end, behind those who wait for output and before those who wait for it", () => {
    const { core, written } = scene();
    const order: string[] = [];
    written.mark(() => order.push("encoding"));
    core.isEncoding = false;
    written.mark(() => order.push("output"));
    written.end([() => order.push("waiting")], new Error("end"));
    expect(order).toEqual(["output", "encoding", "waiting"]);
    expect(written.isEmpty).toBe(true);
  });
});
