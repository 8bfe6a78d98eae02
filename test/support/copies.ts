/**
 * What loaded copies of the package hand each other, as a table. What users can hand over and is new
 * becomes a row here; another way to load the package, a call of {@link EXCHANGES} in a test.
 */
import { expect } from "vitest";
import type * as Main from "../../src/index.js";
import { type Copy, type Exchange, joined, LIVING, messagesOf } from "./copies-living.js";
import { FakeConnection, settled } from "./contract-pair.js";
import { RawClient, statusOf, upgradeRequest } from "./raw-client.js";
import { CLOSE, closePayload, frame } from "./wire-frame.js";

/** How a server of `ours` answers when `authenticate` returns, promises or throws `value`. Nobody gets in. */
async function answersTo(
  { main }: Copy,
  value: unknown,
  errors: unknown[] = [],
): Promise<number[]> {
  const fail = (): never => {
    throw value;
  };
  const statuses: number[] = [];
  for (const authenticate of [() => value, async () => value, fail, async () => fail()]) {
    await using server = new main.WebSocketServer<unknown>({
      port: 0,
      host: "127.0.0.1",
      authenticate,
      onHandlerError: (error) => errors.push(error),
    });
    server.on("connection", () => statuses.push(-1));
    await server.listening();
    statuses.push(await statusOf({ port: portOf(server) }, upgradeRequest()));
  }
  return statuses;
}

function portOf(server: Main.WebSocketServer<unknown>): number {
  return Number(new URL(server.url).port);
}

const FAMILY = ["WebSocketError", "Error"];

/** One error of each class, and what `instanceof` says of it. */
const ERRORS: readonly [make: (copy: Copy) => Error, classes: readonly string[]][] = [
  [({ main }) => new main.ProtocolError("UTF8_INVALID"), ["ProtocolError", ...FAMILY]],
  [({ main }) => new main.CodecError(new Error("memory")), ["CodecError", ...FAMILY]],
  [({ main }) => new main.HandshakeError("TIMEOUT"), ["HandshakeError", ...FAMILY]],
  [({ main }) => new main.TransportError("TERMINATED"), ["TransportError", ...FAMILY]],
  [({ main }) => main.reject(401), ["Rejection", ...FAMILY]],
  [({ contract }) => new contract.ErrorReply("FORBIDDEN"), ["ErrorReply", "Error"]],
  [({ contract }) => new contract.RequestError("CLOSED", ""), ["RequestError", "Error"]],
  [() => new Error("of nobody"), ["Error"]],
];

function classesOf(value: unknown, { main, contract }: Copy): string[] {
  const { ProtocolError, CodecError, HandshakeError, TransportError, Rejection, WebSocketError } =
    main;
  const { ErrorReply, RequestError } = contract;
  const ofMain = { ProtocolError, CodecError, HandshakeError, TransportError, Rejection };
  const all = { ...ofMain, ErrorReply, RequestError, WebSocketError, Error };
  return Object.entries(all).flatMap(([name, type]) => (value instanceof type ? [name] : []));
}

const ANSWERS: readonly Exchange[] = [
  [
    "a rejection turns the client away",
    async (ours, { main }) => {
      const errors: unknown[] = [];
      expect(await answersTo(ours, main.reject(403), errors)).toEqual([403, 403, 403, 403]);
      expect(errors).toEqual([]);
    },
  ],
  [
    "a rejection that accepts to close lets nobody in",
    async ({ main }, theirs) => {
      await using server = new main.WebSocketServer<unknown>({
        port: 0,
        host: "127.0.0.1",
        authenticate: () => theirs.main.acceptThenClose(4401, "log in"),
      });
      let opened = 0;
      server.on("connection", () => opened++);
      await server.listening();
      using client = await RawClient.send({ port: portOf(server) }, upgradeRequest());
      await client.head();
      const closed = { opcode: CLOSE, payload: closePayload(4401, "log in") };
      expect(await client.frame()).toMatchObject(closed);
      expect(opened).toBe(0);
      client.sendFrames(frame(CLOSE));
    },
  ],
  [
    "a rejection of a version that is too different lets nobody in, and is reported",
    async (ours, { main }) => {
      for (const answer of [
        undefined,
        {},
        { type: "response", httpStatus: 101 },
        { type: "close", closeCode: 1006, reason: "" },
      ]) {
        const rejection = Object.defineProperty(main.reject(403), "answer", { value: answer });
        const errors: unknown[] = [];
        expect(await answersTo(ours, rejection, errors)).toEqual([500, 500, 500, 500]);
        expect(errors).toHaveLength(4);
      }
    },
  ],
  [
    "errors are of their classes, and of no others",
    (ours, theirs) => {
      for (const [make, classes] of ERRORS) expect(classesOf(make(theirs), ours)).toEqual(classes);
      class Own extends ours.main.HandshakeError {}
      expect(new theirs.main.HandshakeError("TIMEOUT")).not.toBeInstanceOf(Own);
      expect(new Own("TIMEOUT")).toBeInstanceOf(Own);
      expect(new Own("TIMEOUT")).toBeInstanceOf(theirs.main.HandshakeError);
    },
  ],
  [
    "what connect() rejects with is of its class",
    async (ours, theirs) => {
      await using server = new ours.main.WebSocketServer({
        port: 0,
        host: "127.0.0.1",
        authenticate: () => false,
      });
      await server.listening();
      const failed = theirs.main.connect(server.url);
      await expect(failed).rejects.toBeInstanceOf(ours.main.HandshakeError);
      await expect(failed).rejects.toMatchObject({ httpStatus: 401 });
    },
  ],
];

const MESSAGES: readonly Exchange[] = [
  [
    "prepared messages are sent as what they are, by servers and clients",
    async (ours, theirs) => {
      const text = theirs.main.prepareMessage("text", { compress: false });
      const bytes = theirs.main.prepareMessage(Uint8Array.of(1, 2), { type: "binary" });
      const { server, client } = joined(ours, ours);
      for (const end of [server, client]) {
        for (const message of [text, bytes, text]) expect(end.send(message)).toBe("sent");
        expect(() => end.send(text, { type: "binary" })).toThrow("prepared as text");
      }
      const all = ["text", Buffer.from([1, 2]), "text"];
      expect(await messagesOf(client, 3)).toEqual(all);
      expect(await messagesOf(server, 3)).toEqual(all);
    },
  ],
  [
    "a prepared message goes out by the core",
    ({ protocol }, theirs) => {
      const core = new protocol.ProtocolConnection({
        role: "server",
        platform: protocol.portablePlatform(() => 0),
      });
      expect(core.sendMessage(theirs.main.prepareMessage("hi"))).toBe(true);
      expect(Buffer.concat(core.takeOutput()).toString("hex")).toBe("81026869");
    },
  ],
  [
    "a prepared message of a version that is too different is refused",
    (ours, theirs) => {
      const message = theirs.main.prepareMessage("text");
      Object.defineProperty(message, "type", { value: "json" });
      const { server } = joined(ours, ours);
      expect(() => server.send(message)).toThrow("too different");
      expect(() => new ours.manager.ConnectionManager().broadcast(message)).toThrow(
        "too different",
      );
    },
  ],
  [
    "an error reply that a handler throws is what the peer gets",
    async ({ contract }, theirs) => {
      const shared = contract.defineContract({ fromClient: { say: contract.nothing } });
      const connection = new FakeConnection();
      const errors: unknown[] = [];
      const handlers = {
        say: () => {
          throw new theirs.contract.ErrorReply("NOT_NOW", "later", [1]);
        },
      };
      shared.serve(connection, { handlers, onHandlerError: (error) => errors.push(error) });
      connection.receiveJson({ type: "say" });
      await settled();
      const error = { code: "NOT_NOW", message: "later", type: "say", details: [1] };
      expect(connection.takeSent()).toMatchObject([{ error }]);
      expect(errors).toEqual([]);
    },
  ],
];

/** All of them, between two copies. */
export const EXCHANGES: readonly Exchange[] = [...ANSWERS, ...MESSAGES, ...LIVING];
