// Whether a peer is there, as the owner of a keepalive learns it.
import { describe, expect, it } from "vitest";
import { Keepalive, type KeepaliveOwner } from "../../../src/node/connection/keepalive.js";
import { FakeClock } from "../../support/clock.js";

/** Writes down what it is told, and reads or not. */
class Owner implements KeepaliveOwner {
  readonly log: string[] = [];
  isPaused = false;
  queued = 0;

  sendPing(): void {
    this.log.push("ping");
  }

  listen(): void {}

  queuedBytes(): number {
    return this.queued;
  }

  isReadingPaused(): boolean {
    return this.isPaused;
  }

  onSilence(): void {
    this.log.push("silence");
  }
}

function scene() {
  const clock = new FakeClock();
  const owner = new Owner();
  const keepalive = new Keepalive({ clock, pingIntervalMs: 100, pongTimeoutMs: 10 }, owner);
  return { clock, owner, keepalive };
}

describe("Keepalive", () => {
  it("tells its owner of silence once, and pings no more", () => {
    const { clock, owner } = scene();
    clock.advance(110);
    expect(owner.log).toEqual(["ping", "silence"]);
    clock.advance(1_000);
    expect(owner.log).toEqual(["ping", "silence"]);
  });

  it("goes on after a sign of life, and while its owner does not read", () => {
    const { clock, owner, keepalive } = scene();
    clock.advance(100);
    keepalive.heard();
    clock.advance(10);
    owner.isPaused = true;
    clock.advance(110);
    expect(owner.log).toEqual(["ping", "ping"]);
    owner.isPaused = false;
    clock.advance(110);
    expect(owner.log).toEqual(["ping", "ping", "ping", "silence"]);
  });

  it("takes it for a sign of life that what was written becomes less", () => {
    const { clock, owner } = scene();
    owner.queued = 1_000;
    clock.advance(100);
    owner.queued = 999;
    clock.advance(10);
    clock.advance(100);
    expect(owner.log).toEqual(["ping", "ping"]);
    clock.advance(10);
    expect(owner.log).toEqual(["ping", "ping", "silence"]);
  });

  it("sets no timer any more when it has been stopped, also while it waits for a pong", () => {
    const { clock, owner, keepalive } = scene();
    clock.advance(105);
    keepalive.stop();
    keepalive.stop();
    expect(clock.timers).toBe(0);
    clock.advance(1_000);
    expect(owner.log).toEqual(["ping"]);
  });
});
