/** The payload of a Close frame, on both platforms, next to the reference decoder. */
import { nodePlatform } from "../../../src/node/platform.js";
import {
  parseClosePayload,
  type Platform,
  portablePlatform,
  ProtocolError,
  serializeClosePayload,
} from "../../../src/protocol/index.js";
import { type ReferenceEvent, referenceOutcome } from "../../support/reference-decoder.js";
import { CLOSE, encodeFrame, frame } from "../../support/wire-frame.js";
import { bytesOf, type FuzzTarget, mustEqual } from "../target.js";

const PLATFORMS: readonly Platform[] = [nodePlatform, portablePlatform(() => 1)];

export const closePayload: FuzzTarget = {
  name: "close-payload",
  sources: ["/src/protocol/close", "/src/protocol/utf8", "/src/protocol/platform"],
  seeds: [
    "",
    "\x03\xe8",
    "\x03\xe8bye",
    "\x0f\xa0\xe2\x82\xac",
    "\x03\xee",
    "\x13\x87\xf4\x8f\xbf\xbf",
  ].map((text) => bytesOf(text)),
  // oxfmt-ignore
  words: [
    "\x03\xe8", "\x03\xec", "\x03\xf7", "\x0b\xb8", "\x13\x88", "\xe2\x82\xac", "\xed\xa0\x80",
    "\xf4\x90\x80\x80", "\xf0\x9f\x98\x80", "\xc0\xaf", "\xef\xbb\xbf", "\xc2\x80", "aaaaaaaa",
  ],
  run: (input) => {
    const payload = input.subarray(0, 125);
    const stream = encodeFrame(frame(CLOSE, payload));
    const limits = { maxMessageBytes: 1, maxFragments: 1 };
    const [expected] = referenceOutcome(stream, { role: "client", ...limits }).events;
    for (const platform of PLATFORMS) mustEqual(outcome(payload, platform), expected, "the close");
    return expected?.type === "failed"
      ? `${expected.closeCode}`
      : `${expected?.type} ${payload.length > 2}`;
  },
};

function outcome(payload: Uint8Array, platform: Platform): ReferenceEvent {
  try {
    const { code, reason } = parseClosePayload(payload, platform);
    mustEqual(
      Array.from(serializeClosePayload({ code, reason }, platform)),
      Array.from(payload),
      "written again",
    );
    return { type: "close", code, reason };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { type: "failed", closeCode: error.closeCode };
  }
}
