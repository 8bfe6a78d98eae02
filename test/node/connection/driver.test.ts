// What a driver tells its owner, in which order. The behaviour of whole connections is in the other tests here.
import { describe, expect, it } from "vitest";
import { Driver, type DriverOwner } from "../../../src/node/connection/driver.js";
import { resolveConnectionOptions } from "../../../src/node/options.js";
import { settle } from "../../support/raw-peer.js";
import { concat, encodeFrame, frame, PING, SCRIPT_KEY, TEXT } from "../../support/wire-frame.js";
import { MemorySocket } from "../../support/wire-memory.js";

/** Writes down what it is told, and takes events while it wants them. */
class Owner implements DriverOwner {
  readonly log: string[] = [];
  isTaking = true;

  wantsMore(): boolean {
    return this.isTaking;
  }

  isOpening(): boolean {
    return false;
  }

  onEvent({ type }: { readonly type: string }): void {
    this.log.push(type);
  }

  frameObserver(): undefined {
    this.log.push("observer?");
  }

  onProgress(): void {
    this.log.push("progress");
  }

  onTransportClosed(): void {
    this.log.push("transport closed");
  }

  onEnded(): void {
    this.log.push("ended");
  }

  onRest(): void {
    this.log.push("rest");
  }
}

const bytes = (opcode: number, payload: string): Uint8Array =>
  encodeFrame(frame(opcode, payload), { maskingKey: SCRIPT_KEY });

function scene() {
  const [transport, peer] = MemorySocket.pair();
  const owner = new Owner();
  const driver = new Driver(
    {
      role: "server",
      transport,
      options: resolveConnectionOptions({}, "server"),
      deflate: undefined,
      received: new Uint8Array(0),
    },
    owner,
  );
  return { owner, driver, peer };
}

describe("the owner of a driver", () => {
  it("is asked for an observer first, then gets the events, and the end once behind them", async () => {
    const { owner, peer } = scene();
    peer.write(concat([bytes(TEXT, "a"), bytes(PING, "b")]));
    await settle();
    expect(owner.log).toEqual(["observer?", "message", "ping"]);
    peer.destroy();
    await settle();
    expect(owner.log.slice(3)).toEqual(["transport closed", "ended", "rest"]);
  });

  it("gets no event that it does not want, until it pumps: the end waits as well as messages do", async () => {
    const { owner, driver, peer } = scene();
    owner.isTaking = false;
    peer.write(bytes(TEXT, "a"));
    await settle();
    expect(owner.log).toEqual(["observer?"]);
    expect(driver.isHeldBack).toBe(true);
    owner.isTaking = true;
    driver.pump();
    expect(owner.log).toEqual(["observer?", "message"]);
    expect(driver.isHeldBack).toBe(false);
    driver.destroy(new Error("enough"));
    await settle();
    expect(driver.error?.message).toBe("enough");
    expect(owner.log.slice(2)).toEqual(["transport closed", "ended", "rest"]);
  });
});
