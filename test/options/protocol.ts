/** What the options of a connection without I/O do. */
import {
  type MessageLimits,
  ProtocolConnection,
  type ProtocolConnectionOptions,
  type ProtocolEvent,
} from "../../src/protocol/index.js";
import { inverting, LateExtension } from "../support/codec.js";
import { frameFrom, platform } from "../support/protocol.js";
import { CONTINUATION, decodeFrame, frame, encodeFrame, TEXT } from "../support/wire-frame.js";
import { row, type Table } from "./row.js";

type Options = Partial<ProtocolConnectionOptions>;

/** A client: what its peer sends is not masked. */
const client = (options: Options): ProtocolConnection =>
  new ProtocolConnection({ role: "client", platform, ...options });

/** What comes of these bytes: messages, and the codes of failures. */
function eventsOf(end: ProtocolConnection, ...chunks: readonly Uint8Array[]): unknown[] {
  const events: unknown[] = [];
  for (const chunk of chunks) {
    end.receive(chunk.slice());
    for (let event = end.nextEvent(); event; event = end.nextEvent()) events.push(briefly(event));
  }
  return events;
}

function briefly(event: ProtocolEvent): unknown {
  if (event.type === "message") return event.data;
  return event.type === "failed" ? event.error.code : event.type;
}

const sent = (end: ProtocolConnection) => decodeFrame(Buffer.concat(end.takeOutput()))?.frame;

const text = frameFrom("server", TEXT, "abc");
const fragments = [
  frameFrom("server", TEXT, "a", { fin: false }),
  frameFrom("server", CONTINUATION, "b"),
];

export const MESSAGE_LIMITS: Table<MessageLimits> = {
  maxMessageBytes: row(
    [2, 3],
    (maxMessageBytes) => eventsOf(client({ limits: { maxMessageBytes } }), text),
    [["MESSAGE_TOO_BIG"], ["abc"]],
  ),
  maxFragments: row(
    [1, 2],
    (maxFragments) => eventsOf(client({ limits: { maxFragments } }), ...fragments),
    [["FRAGMENTS_TOO_MANY"], ["ab"]],
  ),
};

export const CONNECTION: Table<ProtocolConnectionOptions> = {
  role: row(
    ["server", "client"] as const,
    (role) => {
      const end = client({ role });
      end.sendMessage("a");
      return sent(end)?.maskingKey === undefined;
    },
    [true, false],
  ),
  platform: row(
    [1, 2],
    (key) => {
      const end = client({ platform: { ...platform, generateMaskingKey: () => key } });
      end.sendMessage("a");
      return sent(end)?.maskingKey?.[3];
    },
    [1, 2],
  ),
  limits: MESSAGE_LIMITS.maxMessageBytes,
  extension: row(
    [undefined, inverting],
    (extension) => {
      const end = client({ extension });
      end.sendMessage("abc");
      return sent(end)?.rsv;
    },
    [0, 4],
  ),
  textAs: row(["string", "bytes"] as const, (textAs) => eventsOf(client({ textAs }), text), [
    ["abc"],
    [Uint8Array.from(Buffer.from("abc"))],
  ]),
  zeroCopy: row(
    [false, true],
    (zeroCopy) => {
      const chunk = encodeFrame(frame(2, "abc"));
      const end = client({ zeroCopy });
      end.receive(chunk);
      const event = end.nextEvent();
      const data = event?.type === "message" ? event.data : undefined;
      return data instanceof Uint8Array && data.buffer === chunk.buffer;
    },
    [false, true],
  ),
  messagesWhileClosing: row(
    ["drop", "deliver"] as const,
    (messagesWhileClosing) => {
      const end = client({ messagesWhileClosing });
      end.close(1000);
      return eventsOf(end, text);
    },
    [[], ["abc"]],
  ),
  onProgress: row(
    ["one", "another"],
    (name) => {
      const told: string[] = [];
      const late = new LateExtension();
      client({ extension: late, onProgress: () => told.push(name) }).sendMessage("abc");
      late.settleAll();
      return told;
    },
    [["one"], ["another"]],
  ),
  onFrame: row(
    ["one", "another"],
    (name) => {
      const seen: unknown[] = [];
      eventsOf(client({ onFrame: ({ opcode }) => seen.push([name, opcode]) }), text);
      return seen;
    },
    [[["one", TEXT]], [["another", TEXT]]],
  ),
};
