/** Differences behind the opening handshake. */
import { ALL, cases, type Difference, UNDICI, WS } from "./oracle-difference.js";

export const FRAME_DIFFERENCES: readonly Difference[] = [
  {
    rule: "A length that is not in its shortest form fails the connection.",
    right: "the scripts",
    why: "RFC 6455 §5.2 requires the minimal number of bytes. Peers take the long form in silence; nobody who keeps to the RFC sends one, so refusing it costs nothing, and two readings of one stream cannot come about.",
    cases: cases(ALL, {
      "refuses 0 bytes with a length of 16 bits": "binary []",
      "refuses 5 bytes with a length of 16 bits": "binary [0000000000]",
      "refuses 125 bytes with a length of 16 bits": "binary [0000000000000000… 125 bytes]",
      "refuses 0 bytes with a length of 64 bits": "binary []",
      "refuses 125 bytes with a length of 64 bits": "binary [0000000000000000… 125 bytes]",
      "refuses 126 bytes with a length of 64 bits": "binary [0000000000000000… 126 bytes]",
      "refuses 65535 bytes with a length of 64 bits": "binary [0000000000000000… 65535 bytes]",
    }),
  },
  {
    rule: "A 64-bit length with its top bit set is a protocol error, not a message that is too big.",
    right: "the scripts",
    why: "§5.2: the most significant bit must be 0. The peers fail the connection too, with the code of another reason.",
    cases: [
      ...cases(WS, {
        "answers a header that declares 2^63 bytes with 1002, at once": "close 1009",
        "answers a header that declares 2^64 - 1 bytes with 1002, at once": "close 1009",
      }),
      ...cases(UNDICI, {
        "answers a header that declares 2^63 bytes with 1002, at once":
          'close 1009 "Received payload length > 2^31 bytes."',
        "answers a header that declares 2^64 - 1 bytes with 1002, at once":
          'close 1009 "Received payload length > 2^31 bytes."',
      }),
    ],
  },
  {
    rule: "Bytes that no further byte can make UTF-8 fail the connection at once.",
    right: "both",
    why: "§8.1 does not say when. Peers look at a text message when it is complete, which a hostile peer can put off; Autobahn calls that NON-STRICT (6.4.1 to 6.4.4).",
    cases: cases(ALL, {
      "fails at the fragment that nothing can mend, before the message ends": "nothing",
      "fails at the byte that nothing can mend, inside an unfinished frame": "nothing",
    }),
  },
  {
    rule: "A ping that arrives after our Close frame, and before the peer's, is answered.",
    right: "the scripts",
    why: "§5.5.2 knows one exception, a Close frame already received; §5.5.1 forbids only data frames behind a Close frame.",
    cases: cases(WS, {
      "answers a ping that arrives behind its own Close frame": "nothing",
    }),
  },
  {
    rule: "Messages that arrive after our own Close frame are not delivered.",
    right: "both",
    why: "The RFC lets data flow in that direction until the peer's Close frame; the WHATWG standard drops it. We drop it in both APIs, because an application that has closed is not prepared for more.",
    cases: cases(WS, {
      "drops messages that arrive behind its own Close frame": 'text "late"',
    }),
  },
  {
    rule: "A block with BFINAL ends neither the message nor the window.",
    right: "the scripts",
    why: "RFC 7692 §7.2.1 allows final blocks anywhere, with more blocks behind them, and §7.2.2 keeps the window. zlib stops at such a block, and the peers with it: what follows it is lost, or cannot be read.",
    cases: [
      ...cases(ALL, {
        "inflates two blocks with BFINAL and an empty one, and the message after it":
          'text "Hello"',
      }),
      ...cases(WS, { "keeps the window behind a block with BFINAL": "close 1007" }),
      ...cases(UNDICI, {
        "keeps the window behind a block with BFINAL": 'text ""',
        "inflates a block with BFINAL and an empty one, and the message after it": 'text ""',
        "inflates a stored block with BFINAL, and the message after it": 'text ""',
      }),
    ],
  },
  {
    rule: "Compressed data that stops inside a block is invalid.",
    right: "the scripts",
    why: "RFC 7692 §7.2.1 has every message end behind an empty stored block. The peers deliver what could be decoded so far, and with it the bytes 00 00 ff ff that they have appended themselves, which nobody has sent.",
    cases: cases(ALL, {
      "refuses a block that stops in the middle": "binary [486568]",
      "refuses a stored block that is cut short": "binary [48656c6c6f0000ffff]",
      "refuses a stored block that is cut short, not final": "binary [48656c6c6f0000ffff]",
      "refuses a stored block that is cut short by less than what follows it":
        "binary [48656c6c6f0000ffff]",
      "refuses such a block that is not final": "binary [48656c6c6f0000ffff]",
      "refuses a stored block that is cut short by six bytes": "binary [48656c6c6f0000ffff]",
    }),
  },
  {
    rule: "RSV1 on a continuation or a control frame fails the connection with deflate on.",
    right: "the scripts",
    why: "RFC 7692 §6 gives the bit a meaning on the first frame of a message only. undici looks at no further frame.",
    cases: cases(UNDICI, {
      "refuses RSV1 on a continuation of a compressed message": 'text "HejHello"',
      "refuses RSV1 on a continuation of a plain message": 'text "ab"',
      "refuses RSV1 on opcode 8 with deflate on": "close 1000",
      "refuses RSV1 on opcode 9 with deflate on": "pong [70]",
      "refuses RSV1 on opcode 10 with deflate on": "pong [6166746572]",
    }),
  },
  {
    rule: "After server_no_context_takeover the window is empty for each message.",
    right: "both",
    why: "A server that agreed to it may not refer to earlier messages (RFC 7692 §7.1.1.1); nobody says that its client must notice. We notice, because the history is not kept.",
    cases: cases(UNDICI, {
      "forgets the window of the peer's messages when that was agreed (client)": 'text "Hello"',
    }),
  },
  {
    rule: "The limit of bytes is one of messages; control frames have their own.",
    right: "the scripts",
    why: "§5.5 allows 125 bytes in any control frame at any time. undici adds a ping between two fragments to the size of the message.",
    cases: cases(UNDICI, {
      "counts each message for itself, and control frames not at all":
        'close 1009 "Payload size exceeds maximum allowed size"',
    }),
  },
  {
    rule: "U+FEFF at the beginning of a text or of a reason is part of it.",
    right: "the scripts",
    why: "The payload is the text (§5.6), and the WHATWG standard decodes without looking for a byte order mark. undici strips it.",
    cases: cases(UNDICI, {
      "takes a byte order mark, kept": 'text "a"',
      "takes a reason with characters of every length, and a byte order mark":
        'close 4000 "aü€😀" clean',
    }),
  },
  {
    rule: "The time to wait for the end can be set.",
    right: "both",
    why: "undici waits for 3 s, and has no option for it; the scripts do not wait that long.",
    cases: cases(UNDICI, {
      "does not wait for an answer to its Close frame for ever": "nothing",
      "does not wait for the peer to end the transport for ever": "nothing",
    }),
  },
];
