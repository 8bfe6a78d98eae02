/**
 * What breaks each rule, as bytes from either end. The masking key of clients is
 * 0, so that payloads can be read. The reader's limits are {@link LIMITS}.
 */
import type { ViolationCode } from "../../../src/protocol/errors.js";

export interface ViolationVector {
  readonly violates: ViolationCode;
  readonly name: string;
  readonly fromServer?: string;
  readonly fromClient?: string;
  /** Only where permessage-deflate was negotiated, or not at all. */
  readonly deflate?: boolean;
}

export const LIMITS = { maxMessageBytes: 1000, maxFragments: 3 } as const;

const v = (
  violates: ViolationCode,
  name: string,
  fromServer: string | undefined,
  fromClient: string | undefined,
  deflate?: boolean,
): ViolationVector => ({
  violates,
  name,
  ...(fromServer === undefined ? {} : { fromServer }),
  ...(fromClient === undefined ? {} : { fromClient }),
  ...(deflate === undefined ? {} : { deflate }),
});

// oxfmt-ignore
export const VIOLATION_VECTORS: readonly ViolationVector[] = [
  v("RSV_UNEXPECTED", "RSV1 on text without permessage-deflate", "c1 00", "c1 80 00000000", false),
  v("RSV_UNEXPECTED", "RSV2 on binary", "a2 00", "a2 80 00000000"),
  v("RSV_UNEXPECTED", "RSV3 on text", "91 00", "91 80 00000000"),
  v("RSV_UNEXPECTED", "RSV1 and RSV2 on text", "e1 00", "e1 80 00000000"),
  v("RSV_UNEXPECTED", "RSV1 on a ping", "c9 00", "c9 80 00000000"),
  v("RSV_UNEXPECTED", "RSV1 on a pong", "ca 00", "ca 80 00000000"),
  v("RSV_UNEXPECTED", "RSV1 on a Close frame", "c8 00", "c8 80 00000000"),
  v("RSV_UNEXPECTED", "RSV1 on a continuation frame", "41 00  c0 00", "41 80 00000000  c0 80 00000000", true),
  v("RSV_UNEXPECTED", "RSV1 on the continuation of a plain message", "01 00  c0 00", "01 80 00000000  c0 80 00000000"),
  v("OPCODE_UNKNOWN", "opcode 3", "83 00", "83 80 00000000"),
  v("OPCODE_UNKNOWN", "opcode 7 without FIN", "07 00", "07 80 00000000"),
  v("OPCODE_UNKNOWN", "opcode 11", "8b 00", "8b 80 00000000"),
  v("OPCODE_UNKNOWN", "opcode 15 with a payload", "8f 01 2a", "8f 81 00000000 2a"),
  v("OPCODE_UNKNOWN", "opcode 3 that announces 2^40 bytes", "83 7f", "83 ff"),
  v("OPCODE_UNKNOWN", "opcode 5 inside a message", "01 01 61  85 00", "01 81 00000000 61  85 80 00000000"),
  v("MASK_MISSING", "text without a mask", undefined, "81 05 48656c6c6f"),
  v("MASK_MISSING", "an empty ping without a mask", undefined, "89 00"),
  v("MASK_MISSING", "a Close frame without a mask", undefined, "88 02 03e8"),
  v("MASK_UNEXPECTED", "masked text", "81 85 00000000 48656c6c6f", undefined),
  v("MASK_UNEXPECTED", "a masked empty ping", "89 80 00000000", undefined),
  v("MASK_UNEXPECTED", "a masked Close frame", "88 82 00000000 03e8", undefined),
  v("CONTROL_FRAGMENTED", "a ping without FIN", "09 00", "09 80 00000000"),
  v("CONTROL_FRAGMENTED", "a pong without FIN", "0a 00", "0a 80 00000000"),
  v("CONTROL_FRAGMENTED", "a Close frame without FIN", "08 00", "08 80 00000000"),
  v("CONTROL_TOO_LONG", "a ping of 126 bytes", "89 7e 007e", "89 fe 007e 00000000"),
  v("CONTROL_TOO_LONG", "a pong of 65 536 bytes", "8a 7f 0000000000010000", "8a ff 0000000000010000 00000000"),
  v("CONTROL_TOO_LONG", "a Close frame of 126 bytes", "88 7e 007e", "88 fe 007e 00000000"),
  v("CONTROL_TOO_LONG", "a ping of 5 bytes in the 16-bit form", "89 7e 0005", "89 fe 0005 00000000"),
  v("LENGTH_NOT_MINIMAL", "0 bytes in the 16-bit form", "82 7e 0000", "82 fe 0000 00000000"),
  v("LENGTH_NOT_MINIMAL", "125 bytes in the 16-bit form", "82 7e 007d", "82 fe 007d 00000000"),
  v("LENGTH_NOT_MINIMAL", "5 bytes in the 64-bit form", "81 7f 0000000000000005", "81 ff 0000000000000005 00000000"),
  v("LENGTH_NOT_MINIMAL", "65 535 bytes in the 64-bit form", "82 7f 000000000000ffff", "82 ff 000000000000ffff 00000000"),
  v("LENGTH_SIGN_BIT", "2^63 bytes", "82 7f 8000000000000000", "82 ff 8000000000000000 00000000"),
  v("LENGTH_SIGN_BIT", "2^64 - 1 bytes", "82 7f ffffffffffffffff", "82 ff ffffffffffffffff 00000000"),
  v("CONTINUATION_UNEXPECTED", "a continuation frame first", "80 00", "80 80 00000000"),
  v("CONTINUATION_UNEXPECTED", "one without FIN first", "00 01 61", "00 81 00000000 61"),
  v("CONTINUATION_UNEXPECTED", "one behind a whole message", "81 00  80 00", "81 80 00000000  80 80 00000000"),
  v("CONTINUATION_UNEXPECTED", "one behind a message in fragments", "01 00 80 00  80 00", "01 80 00000000 80 80 00000000  80 80 00000000"),
  v("MESSAGE_INTERLEAVED", "text inside text", "01 00  81 00", "01 80 00000000  81 80 00000000"),
  v("MESSAGE_INTERLEAVED", "binary inside text", "01 00  82 00", "01 80 00000000  82 80 00000000"),
  v("MESSAGE_INTERLEAVED", "text without FIN inside binary", "02 00 00 00  01 00", "02 80 00000000 00 80 00000000  01 80 00000000"),
  v("CLOSE_TOO_SHORT", "a Close frame with half a code", "88 01 03", "88 81 00000000 03"),
  v("CLOSE_CODE_INVALID", "a Close frame with 1005", "88 02 03ed", "88 82 00000000 03ed"),
  v("CLOSE_CODE_INVALID", "a Close frame with 0", "88 02 0000", "88 82 00000000 0000"),
  v("CLOSE_CODE_INVALID", "a Close frame with 5000", "88 02 1388", "88 82 00000000 1388"),
  v("UTF8_INVALID", "a Close reason in Latin-1", "88 03 03e8 e9", "88 83 00000000 03e8 e9"),
  v("UTF8_INVALID", "text in Latin-1", "81 01 e9", "81 81 00000000 e9"),
  v("UTF8_INVALID", "text in fragments that ends inside a character", "01 01 c3 80 00", "01 81 00000000 c3 80 80 00000000"),
  v("UTF8_INVALID", "an impossible byte while the frame is not complete", "81 05 61ff", "81 85 00000000 61ff"),
  v("UTF8_INVALID", "text that is a surrogate once decompressed", "c1 05 7abba00100", "c1 85 00000000 7abba00100", true),
  v("DEFLATE_INVALID", "a block of the reserved type", "c2 01 07", "c2 81 00000000 07", true),
  v("DEFLATE_INVALID", "a distance that reaches before the start", "c2 05 f200110000", "c2 85 00000000 f200110000", true),
  v("MESSAGE_TOO_BIG", "1001 bytes announced", "82 7e 03e9", "82 fe 03e9 00000000"),
  v("MESSAGE_TOO_BIG", "2^63 - 1 bytes announced", "82 7f 7fffffffffffffff", "82 ff 7fffffffffffffff 00000000"),
  v("MESSAGE_TOO_BIG", "1001 bytes announced in two fragments", "02 01 00  80 7e 03e8", "02 81 00000000 00  80 fe 03e8 00000000"),
  v("FRAGMENTS_TOO_MANY", "four empty fragments", "01 00 00 00 00 00 00 00", "01 80 00000000 00 80 00000000 00 80 00000000 00 80 00000000"),
];

/** The rules that no bytes break: only the caller can tell. */
export const ONLY_BY_CALLER: readonly ViolationCode[] = ["MESSAGE_TOO_SLOW"];
