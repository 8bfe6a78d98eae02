/** What the loads send: made up from a seed, so that every run and every peer gets the same. */
import { CORPORA, seeded } from "../../test/support/deflate-corpora.js";
import type { Message } from "./frames.js";
import type { EchoLoad } from "./loads.js";

const CORPUS = { bytes: CORPORA.noise, text: CORPORA.chat, json: CORPORA.json } as const;

/** More than the largest window, so that a loop of them does not compress into references to its last pass. */
const DEFLATED_BYTES = 49_152;
const PLAIN_BYTES = 65_536;
const MAX_MESSAGES = 512;

/** The messages that one connection sends in turn. */
export function messagesOf({
  content,
  bytes,
  deflate,
}: Pick<EchoLoad, "content" | "bytes" | "deflate">): Message[] {
  const total = deflate === "" ? PLAIN_BYTES : DEFLATED_BYTES;
  const count = Math.min(MAX_MESSAGES, Math.max(2, Math.ceil(total / bytes)));
  const random = seeded(bytes);
  return Array.from({ length: count }, () => ({
    isText: content !== "bytes",
    payload: CORPUS[content](random, bytes),
  }));
}
