/** What the options of DEFLATE without I/O do: of both directions, of a codec, and of the extension. */
import {
  type BulkDeflate,
  type CodecSetup,
  Compressor,
  type CompressorOptions,
  createCodec,
  Decompressor,
  type DecompressorOptions,
  PerMessageDeflate,
  type PerMessageDeflateOptions,
} from "../../src/protocol/index.js";
import { countingPlatform } from "../support/protocol.js";
import { RECORDS as RECORDS_TEXT } from "./deflate.js";
import { row, type Table } from "./row.js";

const RECORDS = Buffer.from(RECORDS_TEXT);
const compressorOf = (options: Partial<CompressorOptions>): Compressor =>
  new Compressor({ windowBits: 15, contextTakeover: true, ...options });

/** Memory as it comes, and how much of it was asked for. */
function counting() {
  const { platform: counted, allocated } = countingPlatform();
  return { allocate: counted.allocate, allocated };
}

const secondOf = (contextTakeover: boolean): Uint8Array[] => {
  const compressor = compressorOf({ contextTakeover });
  return [compressor.compress(RECORDS), compressor.compress(RECORDS)];
};

export const COMPRESSOR: Table<CompressorOptions> = {
  windowBits: row(
    [8, 15],
    (windowBits) => {
      const reader = new Decompressor({ windowBits: 8, contextTakeover: true });
      try {
        return reader.decompress(compressorOf({ windowBits }).compress(RECORDS), 10_000).length;
      } catch {
        return "it reaches further back than 2^8";
      }
    },
    [RECORDS.length, "it reaches further back than 2^8"],
  ),
  contextTakeover: row(
    [true, false],
    (contextTakeover) => {
      const [first, second] = secondOf(contextTakeover);
      return (second?.length ?? 0) < (first?.length ?? 0);
    },
    [true, false],
  ),
  level: row(
    [1, 9],
    (level) =>
      compressorOf({ level }).compress(RECORDS).length >
      compressorOf({ level: 4 }).compress(RECORDS).length,
    [true, false],
  ),
  allocate: row(
    [true, false],
    (isGiven) => {
      const { allocate, allocated } = counting();
      compressorOf(isGiven ? { allocate } : {}).compress(RECORDS);
      return allocated.length;
    },
    [1, 0],
  ),
};

/** What a decompressor makes of two messages that were compressed with all that these options allow. */
function readTwo(options: Partial<DecompressorOptions>, messages: readonly Uint8Array[]): string {
  const compressor = compressorOf({});
  const reader = new Decompressor({ windowBits: 15, contextTakeover: true, ...options });
  try {
    const read = messages.map((message) => reader.decompress(compressor.compress(message), 10_000));
    return read.every((one, i) => messages[i]?.length === one.length) ? "read" : "wrong";
  } catch {
    return "refused";
  }
}

export const DECOMPRESSOR: Table<DecompressorOptions> = {
  windowBits: row([8, 15], (windowBits) => readTwo({ windowBits }, [RECORDS]), ["refused", "read"]),
  contextTakeover: row(
    [true, false],
    (contextTakeover) => readTwo({ contextTakeover }, [RECORDS, RECORDS]),
    ["read", "refused"],
  ),
  allocate: row(
    [true, false],
    (isGiven) => {
      const { allocate, allocated } = counting();
      readTwo(isGiven ? { allocate } : {}, [RECORDS]);
      return allocated.length;
    },
    [1, 0],
  ),
};

/** A DEFLATE of the platform that only says when it is asked. */
const bulk: BulkDeflate = {
  minWindowBits: 8,
  elsewhereBytes: Infinity,
  deflate: () => Uint8Array.of(1),
  inflate: () => Uint8Array.of(2),
};

const WINDOW = { windowBits: 15, contextTakeover: false };

async function unexpected(): Promise<never> {
  throw new Error("not at once");
}

/** Whether the platform's DEFLATE writes and reads the records. */
function byBulk(setup: CodecSetup): [writes: boolean, reads: boolean] {
  const codec = createCodec(setup);
  const written = codec.createCompressor(WINDOW).compress(RECORDS, unexpected);
  const read = codec
    .createDecompressor(WINDOW)
    .decompress(compressorOf({}).compress(RECORDS), 10_000, unexpected);
  return [written?.length === 1, read?.length === 1];
}

export const CODEC: Table<CodecSetup> = {
  level: row(
    [1, 9],
    (level) => {
      const lengthAt = (one: number): number =>
        createCodec({ level: one }).createCompressor(WINDOW).compress(RECORDS, unexpected)
          ?.length ?? 0;
      return lengthAt(level) > lengthAt(4);
    },
    [true, false],
  ),
  allocate: row(
    [true, false],
    (isGiven) => {
      const { allocate, allocated } = counting();
      createCodec(isGiven ? { allocate } : {})
        .createCompressor(WINDOW)
        .compress(RECORDS, unexpected);
      return allocated.length;
    },
    [1, 0],
  ),
  bulk: row(
    [undefined, bulk],
    (given) => byBulk({ bulk: given, bulkMessageBytes: 0, bulkPayloadBytes: 0 }),
    [
      [false, false],
      [true, true],
    ],
  ),
  bulkMessageBytes: row([0, Infinity], (bulkMessageBytes) => byBulk({ bulk, bulkMessageBytes }), [
    [true, false],
    [false, false],
  ]),
  bulkPayloadBytes: row([0, Infinity], (bulkPayloadBytes) => byBulk({ bulk, bulkPayloadBytes }), [
    [false, true],
    [false, false],
  ]),
};

/** Windows by which one sees which of them a codec is asked for. */
const PARAMETERS = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 9,
  clientMaxWindowBits: 11,
};

/** The window of the compressor that an extension with these options asks its codec for. */
function windowOf(options: Partial<PerMessageDeflateOptions>): number | undefined {
  let asked: number | undefined;
  const codec = createCodec();
  const watched = {
    ...codec,
    createCompressor: (one: Parameters<typeof codec.createCompressor>[0]) => {
      asked = one.windowBits;
      return codec.createCompressor(one);
    },
  };
  const all = { role: "server", parameters: PARAMETERS, codec: watched, ...options } as const;
  new PerMessageDeflate(all).encode(RECORDS, unexpected);
  return asked;
}

export const EXTENSION: Table<PerMessageDeflateOptions> = {
  role: row(["server", "client"] as const, (role) => windowOf({ role }), [9, 11]),
  parameters: row(
    [8, 15],
    (serverMaxWindowBits) => windowOf({ parameters: { ...PARAMETERS, serverMaxWindowBits } }),
    [8, 15],
  ),
  codec: row([true, false], (isWatched) => windowOf(isWatched ? {} : { codec: createCodec() }), [
    9,
    undefined,
  ]),
  thresholdBytes: row(
    [10, 11],
    (thresholdBytes) =>
      new PerMessageDeflate({
        role: "server",
        parameters: PARAMETERS,
        codec: createCodec(),
        thresholdBytes,
      }).isWorthEncoding(10),
    [true, false],
  ),
};
