/** Whole conversations of frames: one end of ours next to the reference decoder. */
import {
  expectedAnswers,
  observe,
  reference,
  type Settings,
} from "../../support/observed-connection.js";
import {
  CLOSE,
  closePayload,
  concat,
  encodeFrame,
  frame,
  PING,
  SCRIPT_KEY,
  TEXT,
} from "../../support/wire-frame.js";
import { bytesOf, type FuzzTarget, mustEqual, piecesOf } from "../target.js";

/** Bits of the first byte of an input. */
const SERVER = 1;
const DEFLATE = 2;
const TAKEOVER = 4;
const SMALL = 8;
const ZERO_COPY = 16;

const HELLO = [
  encodeFrame(frame(TEXT, "Hel", { fin: false }), { maskingKey: SCRIPT_KEY }),
  encodeFrame(frame(PING, "?"), { maskingKey: SCRIPT_KEY }),
  encodeFrame(frame(0, "lo \u20ac"), { maskingKey: SCRIPT_KEY }),
  encodeFrame(frame(CLOSE, closePayload(1000, "bye")), { maskingKey: SCRIPT_KEY }),
];

export const frames: FuzzTarget = {
  name: "frames",
  sources: ["/src/protocol/"],
  seeds: [
    concat([Uint8Array.of(SERVER, 3), ...HELLO]),
    bytesOf("\x02\x01\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x05\xf2\x00\x11\x00\x00"),
    bytesOf("\x06\x02\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00\xc1\x05\xf2\x00\x11\x00\x00"),
    bytesOf("\x08\x09\x81\x7e\x00\x80").map((byte) => byte),
    bytesOf("\x10\x04\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00abc"),
  ],
  // oxfmt-ignore
  words: [
    "\x81\x85\x37\xfa\x21\x3d", "\x01\x03", "\x80\x02", "\x89\x00", "\x8a\x02", "\x88\x02\x03\xe8",
    "\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00", "\x00\x00\xff\xff", "\x7f\x80\x00\x00\x00\x00\x00\x00\x00",
    "\x7e\x00\x7e", "\x7f\x00\x00\x00\x00\x00\x01\x00\x00", "\xf4\x90\x80\x80", "\xe2\x82\xac",
    "\xed\xa0\x80", "\x00\x00\x00\x00", "\x80\x80\x00\x00\x00\x00", "\x00\x80\x00\x00\x00\x00",
  ],
  run: (input) => {
    const [flags = 0, size = 1] = input;
    const settings: Settings = {
      role: flags & SERVER ? "server" : "client",
      deflate:
        flags & DEFLATE ? { windowBits: 15, contextTakeover: (flags & TAKEOVER) > 0 } : undefined,
      limits:
        flags & SMALL
          ? { maxMessageBytes: 40, maxFragments: 3 }
          : { maxMessageBytes: 70_000, maxFragments: 100 },
      textAsBytes: false,
      zeroCopy: (flags & ZERO_COPY) > 0,
    };
    const stream = input.subarray(2);
    const { events, unfinished, doubtful } = reference(settings, stream);
    const observed = observe(settings, piecesOf(stream, Math.max(size, 1)));
    if (doubtful) {
      mustEqual(observed.events.slice(0, events.length), events, "events before the doubtful one");
      return "doubtful";
    }
    // A header that is cut off may already be enough to see a broken rule.
    const early = unfinished === "header" && observed.events.length > events.length;
    const due = early ? [...events, { type: "failed", closeCode: 1002 } as const] : events;
    mustEqual(observed.events, due, "events");
    mustEqual(observed.answers, expectedAnswers(due), "answers");
    const last = due.at(-1);
    return `${due.length > 2} ${last?.type} ${last?.type === "failed" ? last.closeCode : unfinished}`;
  },
};
