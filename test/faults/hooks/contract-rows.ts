/** Functions that a contract is given: one message meets one that misbehaves, and later ones are handled. */
import { expect } from "vitest";
import { defineContract, envelopeFormat, jsonCodec } from "../../../src/contract/index.js";
import { FakeConnection } from "../../support/contract-pair.js";
import { settle } from "../../support/raw-peer.js";
import type { Hook, Rows, Scenario } from "./stage.js";

const isText = (value: unknown): value is string => typeof value === "string";
const TYPES = { say: isText, ask: { request: isText, response: isText } };

interface Contracted {
  readonly options?: (hook: Hook) => object;
  readonly contract?: (hook: Hook) => ReturnType<typeof contractOf>;
  readonly good?: (...values: readonly unknown[]) => unknown;
  readonly reports?: number;
  /** What the peer sends first. */
  readonly message?: object;
}

function contractOf(more: object = {}, types: object = {}) {
  return defineContract({ fromClient: { ...TYPES, ...types }, fromServer: TYPES, ...more });
}

function contracted({
  options = () => ({}),
  contract = () => contractOf(),
  good,
  message = { type: "say", data: "x" },
  ...row
}: Contracted): Scenario {
  return {
    ...row,
    run: async (stage) => {
      const hook = stage.hook(good);
      const connection = new FakeConnection();
      const handlers = { say: () => {}, ask: (text: string) => text };
      const all = {
        onHandlerError: stage.onHandlerError,
        clock: stage.world.clock,
        concurrency: 2,
        handlers,
        ...options(hook),
      };
      const peer = contract(hook).serve(connection, all);
      await receive(connection, message);
      await stage.pass();
      expect(stage.misbehaved).toBeGreaterThan(0);
      connection.takeSent();
      await receive(connection, { type: "ask", id: 7, data: "still here" });
      expect(connection.takeSent()).toContainEqual({ reply: 7, data: "still here" });
      connection.end();
      await stage.pass();
      expect(peer.pendingRequests).toBe(0);
    },
  };
}

/** Delivers as a connection does: what the listener's promise is rejected with closes it. */
async function receive(connection: FakeConnection, message: object): Promise<void> {
  void connection.receiveJson(message);
  await settle();
}

const REQUEST = { type: "ask", id: 1, data: "x" };

/** Both in answers to requests, and where nobody waits for an answer: to a ping. */
const writing = (
  contract: NonNullable<Contracted["contract"]>,
  good: (...values: readonly unknown[]) => unknown,
): Scenario => ({
  run: async (stage) => {
    for (const message of [REQUEST, { ping: 1 }]) {
      await contracted({ contract, good, message }).run(stage);
    }
  },
});

export const CONTRACT_ROWS: Rows = {
  "Handlers.*": contracted({
    options: (say) => ({ handlers: { say, ask: (text: string) => text } }),
  }),
  "PeerOptions.authorize": contracted({
    options: (authorize) => ({ authorize }),
    good: () => true,
  }),
  "PeerSettings.onHandlerError": contracted({
    reports: 0,
    options: (onHandlerError) => ({
      onHandlerError,
      handlers: {
        say: () => {
          throw new Error("a handler");
        },
        ask: (text: string) => text,
      },
    }),
  }),
  "PeerSettings.onRefused": contracted({
    options: (onRefused) => ({ onRefused }),
    message: { type: "nothing like it" },
  }),
  "PeerSettings.onErrorReply": contracted({
    options: (onErrorReply) => ({ onErrorReply }),
    message: { error: { code: "A", message: "b" } },
  }),
  "PeerSettings.onSession": contracted({
    options: (onSession) => ({ onSession }),
    message: { ack: 1 },
  }),
  "Codec.parse": contracted({
    reports: 0,
    contract: (parse) => contractOf({ codec: { ...jsonCodec, parse } }),
    good: (message) => JSON.parse(String(message)),
  }),
  "Codec.serialize": writing(
    (serialize) => contractOf({ codec: { ...jsonCodec, serialize } }),
    (value) => JSON.stringify(value),
  ),
  "Format.read": contracted({
    reports: 0,
    contract: (read) => contractOf({ format: { ...envelopeFormat, read } }),
    good: (value) => envelopeFormat.read(value),
  }),
  "Format.write": writing(
    (write) => contractOf({ format: { ...envelopeFormat, write } }),
    (envelope) => Reflect.apply(envelopeFormat.write, undefined, [envelope]),
  ),
  "RequestType.request": contracted({ contract: (say) => contractOf({}, { say }), good: isText }),
  "StandardSchema.~standard.validate": contracted({
    contract: (validate) =>
      contractOf({}, { say: { "~standard": { version: 1, vendor: "test", validate } } }),
    good: (value) => ({ value }),
  }),
};
