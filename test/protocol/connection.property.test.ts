import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ProtocolConnection } from "../../src/protocol/connection.js";
import type { ProtocolEvent } from "../../src/protocol/connection-reports.js";
import type { ChunkMemory } from "../../src/protocol/frame-reader.js";
import type { MessageExtension } from "../../src/protocol/extensions/extension.js";
import { PerMessageDeflate } from "../../src/protocol/extensions/permessage-deflate.js";
import type { Role } from "../../src/protocol/connection-options.js";
import { LateExtension, zlibCodec } from "../support/codec.js";
import { connection, framesIn, opposite, pull, ROLES } from "../support/protocol.js";
import { type Action, action } from "../support/protocol-arbitraries.js";
import { conversation, cutStream, cutting } from "../support/wire-arbitraries.js";
import { CLOSE, concat, utf8 } from "../support/wire-frame.js";

const role = fc.constantFrom(...ROLES);

/** What the ends agreed on, and whether their codecs take their time. */
const agreement = fc.option(
  fc.record({
    windowBits: fc.integer({ min: 9, max: 15 }),
    contextTakeover: fc.boolean(),
    late: fc.boolean(),
  }),
  { nil: undefined },
);

type Agreement = typeof agreement extends fc.Arbitrary<infer T> ? T : never;

function extensionFor(end: Role, agreed: Agreement): MessageExtension | undefined {
  if (agreed === undefined) return undefined;
  const { windowBits, contextTakeover, late } = agreed;
  const parameters = {
    serverNoContextTakeover: !contextTakeover,
    clientNoContextTakeover: !contextTakeover,
    serverMaxWindowBits: windowBits,
    clientMaxWindowBits: windowBits,
  };
  const extension = new PerMessageDeflate({ role: end, parameters, codec: zlibCodec });
  return late ? new LateExtension(extension) : extension;
}

function settle(extension: MessageExtension | undefined): void {
  if (extension instanceof LateExtension) extension.settleAll();
}

/** Does to `end` what `action` says, and waits for the codec where the API says so. */
function act(end: ProtocolConnection, extension: MessageExtension | undefined, todo: Action): void {
  if (todo.type === "message") end.sendMessage(todo.data, { compress: todo.compress });
  else if (todo.type === "fragments") {
    settle(extension);
    end.startMessage(typeof todo.data[0] === "string" ? "text" : "binary");
    todo.data.forEach((piece, i) => end.sendFragment(piece, i === todo.data.length - 1));
  } else end[todo.type](todo.payload);
}

/** What the peer should report of it. */
function expectedEvent(todo: Action): ProtocolEvent {
  if ("payload" in todo) return todo;
  const pieces = todo.type === "message" ? [todo.data] : todo.data;
  const isText = typeof pieces[0] === "string";
  const data = concat(pieces.map((piece) => (typeof piece === "string" ? utf8(piece) : piece)));
  return isText
    ? { type: "message", isText, data: Buffer.from(data).toString() }
    : { type: "message", isText, data };
}

/** Events as one string, which is much faster to compare. */
function summary(events: readonly ProtocolEvent[]): string {
  const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
  return events
    .map((event) => {
      if (event.type === "message") {
        return typeof event.data === "string"
          ? `text ${event.data}`
          : `binary ${hexOf(event.data)}`;
      }
      if (event.type === "close") return `close ${event.code} ${event.reason}`;
      if (event.type === "failed") return `failed ${event.error.code}`;
      return `${event.type} ${hexOf(event.payload)}`;
    })
    .join("\n");
}

/** Control frames may overtake messages that are being compressed, but not one another. */
function inLanes(events: readonly ProtocolEvent[], late: boolean): string[] {
  if (!late) return [summary(events)];
  const isMessage = (event: ProtocolEvent): boolean => event.type === "message";
  return [
    summary(events.filter((event) => isMessage(event))),
    summary(events.filter((event) => !isMessage(event))),
  ];
}

type Take = (end: ProtocolConnection, chunk: Uint8Array) => ProtocolEvent[];

const giving: Take = (end, chunk) => {
  end.receive(chunk);
  return pull(end);
};

/** Lends the same memory for every chunk, and overwrites it at once. */
function lending(): Take {
  const memory = new Uint8Array(200_000);
  return (end, chunk) => {
    memory.set(chunk);
    end.receive(memory.subarray(0, chunk.length), "lent");
    const events = pull(end);
    end.keepLent();
    memory.fill(0xff, 0, chunk.length);
    return events;
  };
}

describe("ProtocolConnection", () => {
  it("reports to one end what the other sends, however it is cut, compressed or not, in both roles", () => {
    const script = fc.array(action, { maxLength: 10 });
    fc.assert(
      fc.property(role, agreement, script, cutting, (from, agreed, actions, places) => {
        const [sending, receiving] = [
          extensionFor(from, agreed),
          extensionFor(opposite(from), agreed),
        ];
        const sender = connection(from, { extension: sending });
        const receiver = connection(opposite(from), { extension: receiving });
        const output: Uint8Array[] = [];
        for (const todo of actions) {
          act(sender, sending, todo);
          output.push(...sender.takeOutput());
        }
        settle(sending);
        sender.close(4000, "done");
        output.push(...sender.takeOutput());

        const events: ProtocolEvent[] = [];
        for (const chunk of cutStream(concat(output), places)) {
          receiver.receive(chunk);
          events.push(...pull(receiver));
          for (; receiver.isDecoding; events.push(...pull(receiver))) settle(receiving);
        }
        const expected = [
          ...actions.map((todo) => expectedEvent(todo)),
          { type: "close", code: 4000, reason: "done" } as const,
        ];
        const late = agreed?.late === true;
        expect(inLanes(events, late)).toEqual(inLanes(expected, late));
        for (const end of [sender, receiver]) {
          end.takeOutput();
          expect([end.unreadBytes, end.unsentBytes, end.heldBytes]).toEqual([0, 0, 0]);
        }
      }),
    );
  });

  it("does not care how the transport cuts a stream, legal or not, and whose memory it is in", () => {
    const cases = fc
      .tuple(role, agreement)
      .chain(([reader, agreed]) =>
        fc.tuple(
          fc.constant(reader),
          fc.constant(agreed),
          conversation({ role: reader, deflate: agreed }),
        ),
      );
    fc.assert(
      fc.property(cases, cutting, fc.boolean(), ([reader, agreed, stream], places, closesFirst) => {
        const observe = (chunks: readonly Uint8Array[], memory: ChunkMemory): string[] => {
          const take = memory === "lent" ? lending() : giving;
          const extension = extensionFor(reader, agreed);
          const end = connection(reader, {
            extension,
            limits: { maxMessageBytes: 400, maxFragments: 7 },
          });
          if (closesFirst) end.close(1000);
          const events: ProtocolEvent[] = [];
          for (const chunk of chunks) {
            events.push(...take(end, chunk));
            for (; end.isDecoding; events.push(...pull(end))) settle(extension);
          }
          const sent = framesIn(concat(end.takeOutput()));
          return [
            summary(events),
            ...sent.map(({ opcode, payload }) => `${opcode} ${payload.join()}`),
          ];
        };

        const whole = observe([stream.slice()], "given");
        expect(observe(cutStream(stream, places), "given")).toEqual(whole);
        expect(observe(cutStream(stream, places), "lent")).toEqual(whole);
        expect(observe([stream.slice()], "lent")).toEqual(whole);
      }),
    );
  });

  it("never throws for what a peer sends, and answers with at most one Close frame", () => {
    const noise = fc.uint8Array({ maxLength: 60 });
    const cases = fc.tuple(role, agreement).chain(([reader, agreed]) =>
      fc.tuple(
        fc.constant(reader),
        fc.constant(agreed),
        fc.array(
          fc.oneof(
            { weight: 3, arbitrary: conversation({ role: reader, deflate: agreed }) },
            noise,
          ),
          {
            maxLength: 4,
          },
        ),
      ),
    );
    fc.assert(
      fc.property(cases, ([reader, agreed, chunks]) => {
        const extension = extensionFor(reader, agreed);
        const end = connection(reader, { extension });
        const events: ProtocolEvent[] = [];
        for (const chunk of chunks) {
          end.receive(chunk.slice());
          events.push(...pull(end));
          for (; end.isDecoding; events.push(...pull(end))) settle(extension);
        }
        const last = events.findIndex(({ type }) => type === "close" || type === "failed");
        const closes = framesIn(concat(end.takeOutput())).filter(({ opcode }) => opcode === CLOSE);

        expect(last === -1 || last === events.length - 1).toBe(true);
        expect(closes).toHaveLength(last === -1 ? 0 : 1);
      }),
    );
  });
});
