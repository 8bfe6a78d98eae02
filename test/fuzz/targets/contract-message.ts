/** Messages of a contract, which is what managers' messages are, in both formats and with batches. */
import { bareFormat, envelopeFormat, type Format, jsonCodec } from "../../../src/contract/index.js";
import { Wire } from "../../../src/contract/wire.js";
import { bytesOf, type FuzzTarget, mustEqual } from "../target.js";

const FORMATS: readonly Format[] = [
  envelopeFormat,
  bareFormat({ idField: "id" }),
  bareFormat({ idField: "id", replyField: "reply", dataField: "data" }),
];

const WIRES = FORMATS.map(
  (format) => new Wire({ codec: jsonCodec, format, batch: { maxMessages: 4 }, maxDepth: 8 }),
);

export const contractMessage: FuzzTarget = {
  name: "contract-message",
  sources: ["/src/contract/wire", "/src/contract/envelope", "/src/contract/bare-format"],
  seeds: [
    '{"type":"say","data":{"text":"hello"}}',
    '{"type":"get","id":7}',
    '{"reply":7,"data":1}',
    '{"reply":"a","error":{"code":"x","message":"y","details":[]}}',
    '[{"type":"a"},{"cancel":3},{"ping":1},{"pong":1}]',
    '{"ack":3}',
    '{"resume":{"session":"s","seq":1}}',
  ].map((text) => bytesOf(text)),
  // oxfmt-ignore
  words: [
    "{", "}", "[", "]", '"', ",", ":", "null", "true", "1e400", "-1", "0.5", "{}", "[[[[[[[[[", "]]]]]]]]]",
    '"type":', '"data":', '"id":', '"reply":', '"error":', '"code":', '"message":', '"cancel":1',
    '"ping":1', '"pong":1', '"ack":1', '"seq":1', '"resume":', '"resumed":', '"session":"s"', '"v":1',
    '"__proto__":{"a":1}', '"constructor":{"prototype":{"a":1}}', '"toString"', "\\u005f", "\xff",
  ],
  run: (input) => {
    const outcomes = WIRES.map((wire) => readings(wire, input));
    if (Reflect.get({}, "a") !== undefined) throw new Error("a prototype has changed");
    return outcomes.join("; ");
  },
};

function readings(wire: Wire, message: Uint8Array): string {
  const read = wire.read(message);
  if (read.length > 4) throw new Error(`${read.length} messages in a batch`);
  const kinds = new Set<string>();
  for (const one of read) {
    kinds.add(one.kind === "unreadable" ? one.code : one.kind);
    if (one.kind === "unreadable") continue;
    const written = wire.write(one);
    if (written !== undefined) mustEqual(wire.read(written), [one], "written and read again");
  }
  return Array.from(kinds).join();
}
