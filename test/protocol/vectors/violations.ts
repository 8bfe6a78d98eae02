/**
 * What breaks each rule, as bytes from either end. The masking key of clients is
 * 0, so that payloads can be read. The reader's limits are {@link LIMITS}.
 */
import type { ViolationCode } from "../../../src/protocol/errors.js";

export interface ViolationVector {
  readonly violates: ViolationCode;
  readonly name: string;
  /** In the Close frame. */
  readonly reason: string;
  readonly fromServer?: string;
  readonly fromClient?: string;
  /** Only where permessage-deflate was negotiated, or not at all. */
  readonly deflate?: boolean;
}

export const LIMITS = { maxMessageBytes: 1000, maxFragments: 3 } as const;

const v = (
  violates: ViolationCode,
  name: string,
  reason: string,
  fromServer: string | undefined,
  fromClient: string | undefined,
  deflate?: boolean,
): ViolationVector => ({
  violates,
  name,
  reason,
  ...(fromServer === undefined ? {} : { fromServer }),
  ...(fromClient === undefined ? {} : { fromClient }),
  ...(deflate === undefined ? {} : { deflate }),
});

// oxfmt-ignore
export const VIOLATION_VECTORS: readonly ViolationVector[] = [
  v("RSV_UNEXPECTED", "RSV1 on text without permessage-deflate", "unexpected RSV1", "c1 00", "c1 80 00000000", false),
  v("RSV_UNEXPECTED", "RSV2 on binary", "unexpected RSV2", "a2 00", "a2 80 00000000"),
  v("RSV_UNEXPECTED", "RSV3 on text", "unexpected RSV3", "91 00", "91 80 00000000"),
  v("RSV_UNEXPECTED", "RSV1 and RSV2 on text", "unexpected RSV1 and RSV2", "e1 00", "e1 80 00000000", false),
  v("RSV_UNEXPECTED", "RSV1, which has a meaning, and RSV2 on text", "unexpected RSV2", "e1 00", "e1 80 00000000", true),
  v("RSV_UNEXPECTED", "RSV1 on a ping", "unexpected RSV1", "c9 00", "c9 80 00000000"),
  v("RSV_UNEXPECTED", "RSV1 on a pong", "unexpected RSV1", "ca 00", "ca 80 00000000"),
  v("RSV_UNEXPECTED", "RSV1 on a Close frame", "unexpected RSV1", "c8 00", "c8 80 00000000"),
  v("RSV_UNEXPECTED", "RSV1 on a continuation frame", "unexpected RSV1", "41 00  c0 00", "41 80 00000000  c0 80 00000000", true),
  v("RSV_UNEXPECTED", "RSV1 on the continuation of a plain message", "unexpected RSV1", "01 00  c0 00", "01 80 00000000  c0 80 00000000"),
  v("OPCODE_UNKNOWN", "opcode 3", "unknown opcode 3", "83 00", "83 80 00000000"),
  v("OPCODE_UNKNOWN", "opcode 7 without FIN", "unknown opcode 7", "07 00", "07 80 00000000"),
  v("OPCODE_UNKNOWN", "opcode 11", "unknown opcode 11", "8b 00", "8b 80 00000000"),
  v("OPCODE_UNKNOWN", "opcode 15 with a payload", "unknown opcode 15", "8f 01 2a", "8f 81 00000000 2a"),
  v("OPCODE_UNKNOWN", "opcode 3 that announces 2^40 bytes", "unknown opcode 3", "83 7f", "83 ff"),
  v("OPCODE_UNKNOWN", "opcode 5 inside a message", "unknown opcode 5", "01 01 61  85 00", "01 81 00000000 61  85 80 00000000"),
  v("MASK_MISSING", "text without a mask", "frame without a mask", undefined, "81 05 48656c6c6f"),
  v("MASK_MISSING", "an empty ping without a mask", "frame without a mask", undefined, "89 00"),
  v("MASK_MISSING", "a Close frame without a mask", "frame without a mask", undefined, "88 02 03e8"),
  v("MASK_UNEXPECTED", "masked text", "frame with a mask", "81 85 00000000 48656c6c6f", undefined),
  v("MASK_UNEXPECTED", "a masked empty ping", "frame with a mask", "89 80 00000000", undefined),
  v("MASK_UNEXPECTED", "a masked Close frame", "frame with a mask", "88 82 00000000 03e8", undefined),
  v("CONTROL_FRAGMENTED", "a ping without FIN", "ping frame without FIN", "09 00", "09 80 00000000"),
  v("CONTROL_FRAGMENTED", "a pong without FIN", "pong frame without FIN", "0a 00", "0a 80 00000000"),
  v("CONTROL_FRAGMENTED", "a Close frame without FIN", "close frame without FIN", "08 00", "08 80 00000000"),
  v("CONTROL_TOO_LONG", "a ping of 126 bytes", "ping frame with length bits 126", "89 7e 007e", "89 fe 007e 00000000"),
  v("CONTROL_TOO_LONG", "a pong of 65 536 bytes", "pong frame with length bits 127", "8a 7f 0000000000010000", "8a ff 0000000000010000 00000000"),
  v("CONTROL_TOO_LONG", "a Close frame of 126 bytes", "close frame with length bits 126", "88 7e 007e", "88 fe 007e 00000000"),
  v("CONTROL_TOO_LONG", "a ping of 5 bytes in the 16-bit form", "ping frame with length bits 126", "89 7e 0005", "89 fe 0005 00000000"),
  v("LENGTH_NOT_MINIMAL", "0 bytes in the 16-bit form", "payload length 0 in 2 bytes", "82 7e 0000", "82 fe 0000 00000000"),
  v("LENGTH_NOT_MINIMAL", "125 bytes in the 16-bit form", "payload length 125 in 2 bytes", "82 7e 007d", "82 fe 007d 00000000"),
  v("LENGTH_NOT_MINIMAL", "5 bytes in the 64-bit form", "payload length 5 in 8 bytes", "81 7f 0000000000000005", "81 ff 0000000000000005 00000000"),
  v("LENGTH_NOT_MINIMAL", "65 535 bytes in the 64-bit form", "payload length 65535 in 8 bytes", "82 7f 000000000000ffff", "82 ff 000000000000ffff 00000000"),
  v("LENGTH_SIGN_BIT", "2^63 bytes", "payload length of 2^63 or more", "82 7f 8000000000000000", "82 ff 8000000000000000 00000000"),
  v("LENGTH_SIGN_BIT", "2^64 - 1 bytes", "payload length of 2^63 or more", "82 7f ffffffffffffffff", "82 ff ffffffffffffffff 00000000"),
  v("CONTINUATION_UNEXPECTED", "a continuation frame first", "continuation frame outside a message", "80 00", "80 80 00000000"),
  v("CONTINUATION_UNEXPECTED", "one without FIN first", "continuation frame outside a message", "00 01 61", "00 81 00000000 61"),
  v("CONTINUATION_UNEXPECTED", "one behind a whole message", "continuation frame outside a message", "81 00  80 00", "81 80 00000000  80 80 00000000"),
  v("CONTINUATION_UNEXPECTED", "one behind a message in fragments", "continuation frame outside a message", "01 00 80 00  80 00", "01 80 00000000 80 80 00000000  80 80 00000000"),
  v("MESSAGE_INTERLEAVED", "text inside text", "text frame inside a message", "01 00  81 00", "01 80 00000000  81 80 00000000"),
  v("MESSAGE_INTERLEAVED", "binary inside text", "binary frame inside a message", "01 00  82 00", "01 80 00000000  82 80 00000000"),
  v("MESSAGE_INTERLEAVED", "text without FIN inside binary", "text frame inside a message", "02 00 00 00  01 00", "02 80 00000000 00 80 00000000  01 80 00000000"),
  v("CLOSE_TOO_SHORT", "a Close frame with half a code", "Close frame with 1 byte", "88 01 03", "88 81 00000000 03"),
  v("CLOSE_CODE_INVALID", "a Close frame with 1005", "close code 1005", "88 02 03ed", "88 82 00000000 03ed"),
  v("CLOSE_CODE_INVALID", "a Close frame with 0", "close code 0", "88 02 0000", "88 82 00000000 0000"),
  v("CLOSE_CODE_INVALID", "a Close frame with 5000", "close code 5000", "88 02 1388", "88 82 00000000 1388"),
  v("UTF8_INVALID", "a Close reason in Latin-1", "close reason that is not UTF-8", "88 03 03e8 e9", "88 83 00000000 03e8 e9"),
  v("UTF8_INVALID", "text in Latin-1", "text that is not UTF-8", "81 01 e9", "81 81 00000000 e9"),
  v("UTF8_INVALID", "text in fragments that ends inside a character", "text that is not UTF-8", "01 01 c3 80 00", "01 81 00000000 c3 80 80 00000000"),
  v("UTF8_INVALID", "an impossible byte while the frame is not complete", "text that is not UTF-8", "81 05 61ff", "81 85 00000000 61ff"),
  v("UTF8_INVALID", "text that is a surrogate once decompressed", "text that is not UTF-8", "c1 05 7abba00100", "c1 85 00000000 7abba00100", true),
  v("DEFLATE_INVALID", "a block of the reserved type", "message that cannot be decompressed", "c2 01 07", "c2 81 00000000 07", true),
  v("DEFLATE_INVALID", "a distance that reaches before the start", "message that cannot be decompressed", "c2 05 f200110000", "c2 85 00000000 f200110000", true),
  v("MESSAGE_TOO_BIG", "1001 bytes announced", "message of 1001 bytes is over maxMessageBytes 1000", "82 7e 03e9", "82 fe 03e9 00000000"),
  v("MESSAGE_TOO_BIG", "2^63 - 1 bytes announced", "message of 9223372036854776000 bytes is over maxMessageBytes 1000", "82 7f 7fffffffffffffff", "82 ff 7fffffffffffffff 00000000"),
  v("MESSAGE_TOO_BIG", "1001 bytes announced in two fragments", "message of 1001 bytes is over maxMessageBytes 1000", "02 01 00  80 7e 03e8", "02 81 00000000 00  80 fe 03e8 00000000"),
  v("FRAGMENTS_TOO_MANY", "four empty fragments", "message of 4 fragments or more is over maxFragments 3", "01 00 00 00 00 00 00 00", "01 80 00000000 00 80 00000000 00 80 00000000 00 80 00000000"),
];

/** The rules that no bytes break: only the caller can tell. */
export const ONLY_BY_CALLER: readonly ViolationCode[] = ["MESSAGE_TOO_SLOW"];
