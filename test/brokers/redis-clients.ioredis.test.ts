// What the link makes of the client's events; the client itself is in the tests with a real engine.
import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { type IoRedisSubscriber, ioRedisLink } from "../../src/brokers/redis/redis-clients.js";

class Subscriber extends EventEmitter implements IoRedisSubscriber {
  readonly status = "connecting";
  readonly log: string[] = [];
  readonly subscribe = () => Promise.resolve();
  readonly unsubscribe = () => Promise.resolve();
  readonly ssubscribe = () => Promise.resolve();
  readonly sunsubscribe = () => Promise.resolve();
  disconnect(reconnect?: boolean): void {
    this.log.push(reconnect === true ? "reconnect" : "disconnect");
  }
}

function open() {
  const subscriber = new Subscriber();
  const client = { callBuffer: () => Promise.resolve(), duplicate: () => subscriber };
  const events: string[] = [];
  const link = ioRedisLink(client).openSubscriber({
    ready: () => events.push("ready"),
    down: (error) => events.push(error instanceof Error ? error.message : "down"),
    message: (channel, payload) => events.push(`${channel} ${payload.join(",")}`),
  });
  return { subscriber, events, link };
}

describe("the link of ioredis", () => {
  it("leaves a connection once, however often it is told to before the client has", () => {
    const { subscriber, link, events } = open();
    subscriber.emit("ready");
    link.refresh();
    link.refresh();
    link.refresh();
    expect(subscriber.log).toEqual(["reconnect"]);
    subscriber.emit("close");
    subscriber.emit("ready");
    link.refresh();
    expect(subscriber.log).toEqual(["reconnect", "reconnect"]);
    expect(events).toEqual(["ready", "down", "ready"]);
  });

  it("tells why it is down, and gives messages of both kinds as bytes", () => {
    const { subscriber, events } = open();
    subscriber.emit("smessageBuffer", Buffer.from("room"), Buffer.of(1, 2));
    subscriber.emit("messageBuffer", Buffer.from("hall"), Buffer.of(3));
    subscriber.emit("messageBuffer", "text", "text");
    subscriber.emit("error", new Error("refused"));
    subscriber.emit("end");
    expect(events).toEqual(["room 1,2", "hall 3", "refused"]);
  });

  it("ends for good when it is closed", async () => {
    const { subscriber, link } = open();
    await link.close();
    expect(subscriber.log).toEqual(["disconnect"]);
  });
});
