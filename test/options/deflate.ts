/** What the options of permessage-deflate do, in each of the ways to get a connection. */
import { constants, deflateRawSync } from "node:zlib";
import type { PerMessageDeflateOptions } from "../../src/index.js";
import { seeded } from "../support/deflate-corpora.js";
import { eventually } from "../support/raw-peer.js";
import { frame, TEXT } from "../support/wire-frame.js";
import { type End, OF_CONNECT, OF_SERVER, OF_WEBSOCKET, type Open } from "./ends.js";
import { rowOn, type Table } from "./row.js";

const CLIENTS = { ...OF_CONNECT, ...OF_WEBSOCKET };
const ENDS = { ...OF_SERVER, ...CLIENTS };

const PLAIN = "permessage-deflate";
const OFFER = `${PLAIN}; client_max_window_bits`;

const openWith = (open: Open, perMessageDeflate: PerMessageDeflateOptions): Promise<End> =>
  open({ perMessageDeflate }, { extensions: PLAIN });

/** The payloads of what our end makes of `messages`. */
async function payloadsOf(
  open: Open,
  options: PerMessageDeflateOptions,
  messages: readonly string[],
): Promise<Uint8Array[]> {
  using end = await openWith(open, options);
  const payloads: Uint8Array[] = [];
  for (const message of messages) {
    end.ours.send(message);
    payloads.push((await end.peer.frame()).payload);
  }
  return payloads;
}

async function lengthOf(open: Open, options: PerMessageDeflateOptions): Promise<number> {
  const [payload] = await payloadsOf(open, options, [RECORDS]);
  return payload?.length ?? 0;
}

/** The extension parameter that our end asks for, or grants, for this offer. */
async function parameter(
  open: Open,
  name: string,
  perMessageDeflate: PerMessageDeflateOptions,
  extensions?: string,
): Promise<string | undefined> {
  const script = extensions === undefined ? {} : { extensions };
  using end = await open({ perMessageDeflate }, script);
  return end.header?.split("; ").find((one) => one.startsWith(name));
}

/** RFC 7692 §7.2.1 leaves them out. */
const FLUSH_TAIL_BYTES = 4;

const random = seeded(7);
const letters = (length: number): string =>
  Array.from({ length }, () => String.fromCharCode(33 + Math.floor(random() * 90))).join("");

/** Text on which the levels differ. */
export const RECORDS: string = JSON.stringify(
  Array.from({ length: 60 }, (_, id) => ({ id, name: letters(3), isOnline: random() > 0.5 })),
);

/** Its repeat is 2 000 B back: a window of 2^10 does not reach it, one of 2^11 does. */
const REPEATING = ((repeat) => repeat + letters(1_800) + repeat)(letters(200));

async function findsRepeat(open: Open, options: PerMessageDeflateOptions): Promise<boolean> {
  const [repeating] = await payloadsOf(open, options, [REPEATING]);
  const [shorter] = await payloadsOf(open, options, [REPEATING.slice(0, 2_000)]);
  return (repeating?.length ?? 0) - (shorter?.length ?? 0) < 100;
}

async function remembers(open: Open, options: PerMessageDeflateOptions): Promise<boolean> {
  const [first, second] = await payloadsOf(open, options, [RECORDS, RECORDS]);
  return (second?.length ?? 0) < (first?.length ?? 0) / 2;
}

export const DEFLATE: Table<PerMessageDeflateOptions> = {
  thresholdBytes: rowOn(
    ENDS,
    [10, 100],
    async (open, thresholdBytes) => {
      using end = await openWith(open, { thresholdBytes });
      end.ours.send("x".repeat(50));
      return (await end.peer.frame()).rsv;
    },
    [4, 0],
  ),
  ...takeoverRows(),
  ...windowRows(),
  ...codecRows(),
};

function takeoverRows() {
  const [ofServer, ofClient] = ["server_no_context_takeover", "client_no_context_takeover"];
  return {
    serverNoContextTakeover: [
      ...rowOn(
        OF_SERVER,
        [false, true],
        async (open, serverNoContextTakeover) => [
          await parameter(open, ofServer, { serverNoContextTakeover }, OFFER),
          await remembers(open, { serverNoContextTakeover }),
        ],
        [
          [undefined, true],
          [ofServer, false],
        ],
      ),
      ...rowOn(
        CLIENTS,
        [false, true],
        (open, serverNoContextTakeover) => parameter(open, ofServer, { serverNoContextTakeover }),
        [undefined, ofServer],
      ),
    ],
    clientNoContextTakeover: [
      ...rowOn(
        OF_SERVER,
        [false, true],
        (open, clientNoContextTakeover) =>
          parameter(open, ofClient, { clientNoContextTakeover }, OFFER),
        [undefined, ofClient],
      ),
      ...rowOn(
        CLIENTS,
        [false, true],
        async (open, clientNoContextTakeover) => [
          await parameter(open, ofClient, { clientNoContextTakeover }),
          await remembers(open, { clientNoContextTakeover }),
        ],
        [
          [undefined, true],
          [ofClient, false],
        ],
      ),
    ],
  };
}

function windowRows() {
  const [ofServer, ofClient] = ["server_max_window_bits", "client_max_window_bits"];
  return {
    serverMaxWindowBits: [
      ...rowOn(
        OF_SERVER,
        [10, 11],
        async (open, serverMaxWindowBits) => [
          await parameter(open, ofServer, { serverMaxWindowBits }, `${OFFER}; ${ofServer}=15`),
          await findsRepeat(open, { serverMaxWindowBits }),
        ],
        [
          [`${ofServer}=10`, false],
          [`${ofServer}=11`, true],
        ],
      ),
      ...rowOn(
        CLIENTS,
        [10, 11],
        (open, serverMaxWindowBits) => parameter(open, ofServer, { serverMaxWindowBits }),
        [`${ofServer}=10`, `${ofServer}=11`],
      ),
    ],
    clientMaxWindowBits: [
      ...rowOn(
        OF_SERVER,
        [10, 11],
        (open, clientMaxWindowBits) => parameter(open, ofClient, { clientMaxWindowBits }, OFFER),
        [`${ofClient}=10`, `${ofClient}=11`],
      ),
      ...rowOn(
        CLIENTS,
        [10, 11],
        async (open, clientMaxWindowBits) => [
          await parameter(open, ofClient, { clientMaxWindowBits }),
          await findsRepeat(open, { clientMaxWindowBits }),
        ],
        [
          [`${ofClient}=10`, false],
          [`${ofClient}=11`, true],
        ],
      ),
    ],
    offerWindowBits: rowOn(
      CLIENTS,
      [true, false],
      async (open, offerWindowBits) => {
        using end = await openWith(open, { offerWindowBits });
        return end.header;
      },
      [OFFER, PLAIN],
    ),
  };
}

function codecRows() {
  const long = "abc ".repeat(1_000);
  const zlibOf = (level: number): number =>
    deflateRawSync(RECORDS, { level, windowBits: 12, finishFlush: constants.Z_SYNC_FLUSH }).length -
    FLUSH_TAIL_BYTES;
  return {
    level: rowOn(
      ENDS,
      [1, 9],
      async (open, level) =>
        (await lengthOf(open, { level })) > (await lengthOf(open, { level: 4 })),
      [true, false],
    ),
    zlibMessageBytes: rowOn(
      ENDS,
      [0, Infinity],
      async (open, zlibMessageBytes) => (await lengthOf(open, { zlibMessageBytes })) === zlibOf(6),
      [true, false],
    ),
    zlibLevel: rowOn(
      ENDS,
      [1, 9],
      async (open, zlibLevel) =>
        (await lengthOf(open, { zlibMessageBytes: 0, zlibLevel })) - zlibOf(9) > 20,
      [true, false],
    ),
    zlibPayloadBytes: rowOn(
      ENDS,
      [0, Infinity],
      (open, zlibPayloadBytes) => isReadAtOnce(open, { zlibPayloadBytes, offThreadBytes: 0 }),
      [false, true],
    ),
    offThreadBytes: rowOn(
      ENDS,
      [0, Infinity],
      async (open, offThreadBytes) => {
        using end = await openWith(open, { zlibMessageBytes: 0, offThreadBytes });
        end.ours.send(long);
        return end.sent(TEXT) !== undefined;
      },
      [false, true],
    ),
  };
}

/** Whether a compressed message is with the application in the turn in which its frame has come. */
async function isReadAtOnce(
  open: Open,
  perMessageDeflate: PerMessageDeflateOptions,
): Promise<boolean> {
  let isThere: boolean | undefined;
  const onFrame = (): void => process.nextTick(() => (isThere ??= end.got.length > 0));
  const end = await open({ perMessageDeflate, onFrame }, { extensions: PLAIN });
  const payload = deflateRawSync("abc", { finishFlush: constants.Z_SYNC_FLUSH });
  end.send(frame(TEXT, payload.subarray(0, -FLUSH_TAIL_BYTES), { rsv: 4 }));
  await eventually(() => end.got.length > 0);
  end[Symbol.dispose]();
  return isThere === true;
}
