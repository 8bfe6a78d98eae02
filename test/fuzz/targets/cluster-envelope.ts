/** What comes from a broker: anybody may have published it. */
import {
  type ClusterMessage,
  parseEnvelope,
  serializeEnvelope,
} from "../../../src/cluster/message.js";
import { bytesOf, type FuzzTarget, mustEqual } from "../target.js";

const FROM = "n".repeat(22);

const BODIES: readonly ClusterMessage[] = [
  { type: "delivery", room: "a", exceptIds: ["b"], message: { data: "text", compress: true } },
  { type: "delivery", exceptIds: [], message: { data: bytesOf("\xff\x00"), type: "binary" } },
  { type: "presence", room: "a", id: "b", state: { c: 1 } },
  { type: "heartbeat", ttlMs: 5, kind: "first" },
  { type: "farewell" },
  { type: "closeAll", options: { deadlineMs: 5, code: 1001, reason: "bye" } },
  { type: "question", id: 1, rooms: ["a"] },
  {
    type: "answer",
    id: 1,
    rooms: [{ room: "a", members: [{ id: "b", state: 1 }] }],
    part: "last",
    asOf: 2,
  },
];

export const clusterEnvelope: FuzzTarget = {
  name: "cluster-envelope",
  sources: ["/src/cluster/message", "/src/cluster/names"],
  seeds: BODIES.map((body, i) => serializeEnvelope({ from: FROM, sequence: i, body })),
  // oxfmt-ignore
  words: [
    "\x01\x00\x00\x00", "{", "}", "[", "]", '"', ",", ":", "null", "1e400", "-0", "-1", "1.5", "true",
    '"from":', '"sequence":', '"previous":', '"type":', '"delivery"', '"presence"', '"heartbeat"',
    '"answer"', '"question"', '"rooms":', '"members":', '"id":', '"state":', '"__proto__":', '"toString"',
    '"exceptIds":[]', '"as":"text"', '"data":"text"', "\xff", "\\ud800",
  ],
  run: (input) => {
    const envelope = parseEnvelope(input);
    if (typeof envelope === "string") return envelope;
    const again = parseEnvelope(serializeEnvelope(envelope));
    // JSON has no number over all numbers: only as text it can be one.
    if (!Buffer.from(input).includes("e"))
      mustEqual(plain(again), plain(envelope), "written and read again");
    if (Reflect.get({}, "a") !== undefined) throw new Error("a prototype has changed");
    return envelope.body.type;
  },
};

function plain(envelope: ReturnType<typeof parseEnvelope>): unknown {
  if (typeof envelope === "string" || envelope.body.type !== "delivery") return envelope;
  const { data } = envelope.body.message;
  return { ...envelope, data: typeof data === "string" ? data : Buffer.from(data).toString("hex") };
}
