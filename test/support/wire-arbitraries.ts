/**
 * Random conversations as one peer sends them: mostly legal, sometimes with one
 * thing wrong. Noise alone seldom gets past its first header, so it tests little
 * of what lies behind.
 */
import * as fc from "fast-check";
import { mutateFrames, type Mutation, mutation } from "./wire-mutations.js";
import { compressMessage, type PeerDeflate, type Squeeze, squeeze } from "./wire-squeeze.js";
import {
  BINARY,
  CLOSE,
  closePayload,
  concat,
  CONTINUATION,
  encodeFrame,
  frame,
  hex,
  PING,
  PONG,
  TEXT,
  utf8,
  type WireForm,
  type WireFrame,
} from "./wire-frame.js";

export type SentFrame = WireFrame & WireForm;

export interface ConversationOptions {
  /** The end that reads: what is sent to a server is masked. */
  readonly role: "client" | "server";
  readonly deflate?: PeerDeflate | undefined;
}

interface SentMessage {
  readonly opcode: 1 | 2;
  readonly payload: Uint8Array;
  /** Where the payload is cut into fragments, and the control frames sent at that place. */
  readonly cuts: readonly { readonly place: number; readonly control: WireFrame | undefined }[];
  readonly squeeze: Squeeze | undefined;
}

/** What a peer sends from after the handshake until it stops. */
export function conversation(options: ConversationOptions): fc.Arbitrary<Uint8Array> {
  const parts = fc.array(fc.oneof({ weight: 3, arbitrary: message }, controlFrame), {
    maxLength: 8,
  });
  const changes = fc.option(mutation, { freq: 2 });
  return fc
    .tuple(parts, fc.option(closeFrame), changes, fc.infiniteStream(maskingKey))
    .map(([sent, close, change, keys]) => {
      const frames = framesOf(sent, options.deflate);
      const all = close === null ? frames : [...frames, close];
      const masked = all.map((it) => withMask(it, options.role, keys));
      return streamOf(masked, change);
    });
}

/** Cuts a stream at random places, or at every byte: what TCP may do to it. */
export const cutting: fc.Arbitrary<readonly number[] | "bytewise"> = fc.oneof(
  { weight: 5, arbitrary: fc.array(fc.nat({ max: 100_000 }), { maxLength: 12 }) },
  fc.constant("bytewise" as const),
);

/** The pieces of `stream`; each is a copy, for the reader to own. */
export function cutStream(
  stream: Uint8Array,
  places: readonly number[] | "bytewise",
): Uint8Array[] {
  if (places === "bytewise") return Array.from(stream, (byte) => Uint8Array.of(byte));
  const distinct = new Set(places.map((place) => place % (stream.length + 1)));
  const ends = [...distinct].sort((a, b) => a - b);
  return [0, ...ends].map((start, i) => stream.slice(start, ends[i] ?? stream.length));
}

const maskingKey = fc.uint8Array({ minLength: 4, maxLength: 4 });

const validText = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "grapheme", maxLength: 24 }) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 24 }) },
  { weight: 2, arbitrary: repetitive((pattern) => pattern) },
  { weight: 1, arbitrary: fc.constantFrom("\uFEFF", "\0", "\u{10FFFF}", "\uFFFE\uD7FF\uE000") },
);

/** Bytes at the borders of the table of well-formed sequences, in any order: seldom text. */
const nearlyText = fc.array(
  fc.constantFrom(...hex("41 7f80 8f90 9fa0 bfc1 c2df e0e1 eced eeef f0f1 f3f4 f5")),
  { maxLength: 8 },
);

const textPayload = fc.oneof(
  { weight: 12, arbitrary: validText.map(utf8) },
  { weight: 1, arbitrary: nearlyText.map((bytes) => Uint8Array.from(bytes)) },
);

const binaryPayload = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 2, arbitrary: repetitive(utf8) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(125, 126, 127, 300, 65_535, 65_536)
      .map((length) => new Uint8Array(length).fill(0x2a)),
  },
);

function repetitive<T>(map: (text: string) => T): fc.Arbitrary<T> {
  const pattern = fc.string({ minLength: 1, maxLength: 6 });
  return fc
    .tuple(pattern, fc.integer({ min: 2, max: 60 }))
    .map(([text, times]) => map(text.repeat(times)));
}

const controlFrame: fc.Arbitrary<WireFrame> = fc
  .tuple(
    fc.constantFrom(PING, PONG),
    fc.oneof(
      { weight: 5, arbitrary: fc.uint8Array({ maxLength: 12 }) },
      fc.uint8Array({ minLength: 124, maxLength: 125 }),
    ),
  )
  .map(([opcode, payload]) => frame(opcode, payload));

const closeFrame: fc.Arbitrary<WireFrame> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(frame(CLOSE)) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(1000, 1001, 1011, 1014, 3000, 4999), validText)
      .map(([code, reason]) => frame(CLOSE, closePayload(code, utf8(reason).subarray(0, 123)))),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535)
      .map((code) => frame(CLOSE, closePayload(code))),
  },
);

const cuts = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  {
    weight: 2,
    arbitrary: fc.array(
      fc.record({
        place: fc.nat({ max: 100_000 }),
        control: fc.option(controlFrame, { nil: undefined }),
      }),
      { maxLength: 5 },
    ),
  },
);

const message: fc.Arbitrary<SentMessage> = fc
  .tuple(fc.constantFrom(TEXT, BINARY), fc.option(squeeze, { nil: undefined, freq: 3 }), cuts)
  .chain(([opcode, squeezed, places]) =>
    (opcode === TEXT ? textPayload : binaryPayload).map((payload) => ({
      opcode: opcode === TEXT ? TEXT : BINARY,
      payload,
      cuts: places,
      squeeze: squeezed,
    })),
  );

/** The frames of all messages in order; the window of the compressor goes from one to the next. */
function framesOf(
  parts: readonly (SentMessage | WireFrame)[],
  deflate: PeerDeflate | undefined,
): WireFrame[] {
  let history: Uint8Array = new Uint8Array(0);
  return parts.flatMap((part) => {
    if ("fin" in part) return [part];
    if (deflate === undefined || part.squeeze === undefined)
      return fragments(part, part.payload, 0);
    const compressed = compressMessage(part.payload, part.squeeze, deflate, history);
    history = compressed.history;
    return fragments(part, compressed.payload, 4);
  });
}

function fragments(sent: SentMessage, payload: Uint8Array, rsv: number): WireFrame[] {
  const places = sent.cuts
    .map((cut) => ({ ...cut, place: cut.place % (payload.length + 1) }))
    .sort((a, b) => a.place - b.place);
  const starts = [0, ...places.map((cut) => cut.place)];

  return starts.flatMap((start, i) => {
    const cut = places[i];
    const opcode = i === 0 ? sent.opcode : CONTINUATION;
    const piece = payload.slice(start, cut?.place ?? payload.length);
    const data = frame(opcode, piece, { fin: cut === undefined, rsv: i === 0 ? rsv : 0 });
    return cut?.control === undefined ? [data] : [data, cut.control];
  });
}

function withMask(
  sent: WireFrame,
  role: ConversationOptions["role"],
  keys: Iterator<Uint8Array>,
): SentFrame {
  if (role === "client") return sent;
  const key: Uint8Array = keys.next().value ?? Uint8Array.of(1, 2, 3, 4);
  return { ...sent, maskingKey: key };
}

function streamOf(frames: readonly SentFrame[], change: Mutation | null): Uint8Array {
  if (change !== null) return mutateFrames(frames, change);
  return concat(frames.map((it) => encodeFrame(it, it)));
}
