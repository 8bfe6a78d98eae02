// What is no connection to NATS, what is no setting, and a stream that cannot serve.
import { describe, expect, it } from "vitest";
import { NatsBroker, type NatsConnection } from "../../src/brokers/nats/index.js";
import { natsReplay } from "../../src/brokers/nats/nats-replay.js";

const CLOSED: NatsConnection = {
  publish: () => {},
  subscribe: () => ({ unsubscribe: () => {} }),
  flush: () => Promise.reject(new Error("closed")),
  isClosed: () => true,
  closed: () => Promise.resolve(undefined),
  status: async function* () {},
};

const NO_CLIENT = { publish: () => Promise.reject(new Error("must not be called")) };
const SUBJECTS = { kept: "p.kept.", live: "p.live." };

describe("the connection to NATS", () => {
  it.each([undefined, null, "nats://localhost", {}, { publish: () => {} }])(
    "cannot be %j, and the error says what to pass",
    (connection) => {
      // @ts-expect-error -- that is the point
      expect(() => new NatsBroker(connection)).toThrow(/await connect\(\) of @nats-io/);
    },
  );

  it("makes publishing fail once it is closed, and subscribing harmless", async () => {
    const broker = new NatsBroker(CLOSED);
    broker.subscribe("c", () => {}).unsubscribe();
    await expect(broker.publish("c", new Uint8Array())).rejects.toThrow("closed");
    expect(broker.isUp).toBe(false);
    await broker.close();
  });
});

describe("replay on JetStream", () => {
  const streams = {
    info: () => Promise.resolve({ config: {} }),
    add: () => Promise.reject(new Error("stream name already in use")),
    getMessage: () => Promise.resolve(null),
  };

  it.each([{ maxEntries: 0 }, { maxEntries: 0.5 }, { maxAgeMs: -1 }])("refuses %j", (limits) => {
    const jetStream = { client: NO_CLIENT, manager: { streams } };
    expect(() => natsReplay({ ...jetStream, ...limits }, "p", SUBJECTS)).toThrow(RangeError);
  });

  it("does not use a stream that is there and does not publish again", async () => {
    const replay = natsReplay({ client: NO_CLIENT, manager: { streams } }, "p", SUBJECTS);
    await expect(replay.append("c", new Uint8Array())).rejects.toThrow("already in use");
    await expect(replay.read("c", "1")).rejects.toThrow("already in use");
  });

  it("uses a stream that the application has made, if it publishes again", async () => {
    const own = { ...streams, info: () => Promise.resolve({ config: { republish: {} } }) };
    const client = { publish: () => Promise.resolve({ seq: 7 }) };
    const replay = natsReplay({ client, manager: { streams: own } }, "p", SUBJECTS);
    expect(await replay.append("c", new Uint8Array())).toBe("7");
    expect(await replay.read("c", "7")).toBe("gap");
  });

  it("takes for missing what the server says is missing, and nothing else", async () => {
    const errors = [{ err_code: 10_037 }, { api_error: { err_code: 10_037 } }, { err_code: 1 }];
    const results: unknown[] = [];
    for (const error of errors) {
      const failing = {
        ...streams,
        add: () => Promise.resolve(),
        getMessage: () => Promise.reject(Object.assign(new Error("no"), error)),
      };
      const replay = natsReplay(
        { client: NO_CLIENT, manager: { streams: failing } },
        "p",
        SUBJECTS,
      );
      results.push(await replay.read("c", "7").catch(() => "rejected"));
    }
    expect(results).toEqual(["gap", "gap", "rejected"]);
  });
});
