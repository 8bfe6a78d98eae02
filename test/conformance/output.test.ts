/** What the endpoints write, seen by a peer: masking keys, and the data of compressed messages. */
import { constants, deflateRawSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { inspectPayload } from "../support/deflate-window.js";
import { concat, type ReceivedFrame, TEXT } from "../support/wire-frame.js";
import { type Endpoint, openPeer } from "../support/wire-open.js";
import type { WirePeer } from "../support/wire-peer.js";
import type { ScriptDeflate } from "../support/wire-script.js";
import { ClientEndpoint, ServerEndpoint } from "./endpoints/plainsocket.js";

const client = new ClientEndpoint("memory");
const server = new ServerEndpoint("memory");
afterAll(() => server.stop());

async function frames(peer: WirePeer, count: number): Promise<ReceivedFrame[]> {
  const list: ReceivedFrame[] = [];
  while (list.length < count) {
    const frame = await peer.nextFrame();
    if (frame === undefined) throw new Error(`only ${list.length} of ${count} frames came`);
    list.push(frame);
  }
  return list;
}

/** Characters that repeat nothing: each is drawn anew, the same in every run. */
function* draw(): Generator<string> {
  for (let state = 1; ; state = (state * 48_271) % 2_147_483_647) {
    yield String.fromCharCode(48 + (state % 64));
  }
}

/** Text with forty characters that return at ¾ of every power of two up to 2^15, and nothing else that does. */
const farRepeats = (() => {
  const source = draw();
  const fresh = (length: number): string =>
    Array.from({ length }, () => source.next().value).join("");
  return Array.from({ length: 8 }, (_, i) => {
    const word = fresh(40);
    return word + fresh(0.75 * 2 ** (8 + i) - word.length) + word;
  }).join("");
})();

it("has a text that a compressor without a limit reaches far back in", () => {
  const free = deflateRawSync(farRepeats, { finishFlush: constants.Z_SYNC_FLUSH });
  const { largestDistance } = inspectPayload(free.subarray(0, -4), new Uint8Array(0));
  expect(largestDistance).toBeGreaterThan(2 ** 14);
});

describe("the masking keys of a client", () => {
  it("are new for every frame, and use all bits [6455-5.3-01] [6455-5.3-04] [6455-10-04]", async () => {
    const { peer, application } = await openPeer(client, { application: "silent" });
    const count = 1_000;
    for (let i = 0; i < count; i++) application.perform({ send: i % 2 === 0 ? "" : "x" });
    const keys = (await frames(peer, count)).map(({ maskingKey }) =>
      Buffer.from(maskingKey ?? []).readUInt32BE(),
    );
    peer.destroy();

    // Two equal ones among 1000 of 2^32: once in 8000 runs. Three pairs: never.
    expect(new Set(keys).size).toBeGreaterThan(count - 3);
    for (let bit = 0; bit < 32; bit++) {
      const ones = keys.filter((key) => ((key >>> bit) & 1) === 1).length;
      // Half of them; the deviation is 16, and nine times that is seen by nobody.
      expect(Math.abs(ones - count / 2), `bit ${bit}`).toBeLessThan(150);
    }
  });
});

/** Sends each text, and gives the payloads of what was sent compressed. */
async function compressed(
  endpoint: Endpoint,
  deflate: ScriptDeflate,
  texts: readonly string[],
): Promise<Uint8Array[]> {
  const { peer, application } = await openPeer(endpoint, { deflate, application: "silent" });
  for (const text of texts) application.perform({ send: text });
  const payloads: Uint8Array[] = [];
  for (let parts: Uint8Array[] = []; payloads.length < texts.length;) {
    const [frame] = await frames(peer, 1);
    expect(frame?.rsv).toBe(frame?.opcode === TEXT ? 4 : 0);
    if (frame !== undefined) parts.push(frame.payload);
    if (frame?.fin !== true) continue;
    payloads.push(concat(parts));
    parts = [];
  }
  peer.destroy();
  return payloads;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe.each([
  ["server", server],
  ["client", client],
] as const)("the compressed messages of a %s", (role, endpoint) => {
  const limit = role === "server" ? "serverMaxWindowBits" : "clientMaxWindowBits";
  const noTakeover = role === "server" ? "serverNoContextTakeover" : "clientNoContextTakeover";

  it.each([8, 9, 10, 11, 12, 13, 14, 15])(
    "reach back 2^%i bytes at most when that was agreed [7692-7-19] [7692-7-24] [7692-7-26]",
    async (bits) => {
      const texts = [farRepeats, farRepeats.slice(0, 1_000), farRepeats];
      const payloads = await compressed(endpoint, { [limit]: bits }, texts);

      let before: Uint8Array = new Uint8Array(0);
      const distances: number[] = [];
      for (const [i, payload] of payloads.entries()) {
        const { message, largestDistance } = inspectPayload(payload, before);
        expect(Buffer.from(message).toString()).toBe(texts[i]);
        before = concat([before, message]);
        distances.push(largestDistance);
      }
      expect(Math.max(...distances)).toBeLessThanOrEqual(2 ** bits);
    },
  );

  it("end with the header of an empty stored block, whose rest is left off [7692-7-27] [7692-6-01]", async () => {
    const texts = ["x".repeat(300), farRepeats, "ä".repeat(70_000)];
    const payloads = await compressed(endpoint, {}, texts);

    let before: Uint8Array = new Uint8Array(0);
    for (const [i, payload] of payloads.entries()) {
      const { message, blocks } = inspectPayload(payload, before);
      expect(Buffer.from(message)).toEqual(Buffer.from(bytesOf(texts[i] ?? "")));
      expect(blocks.at(-1)).toBe("stored");
      expect(Buffer.from(payload.subarray(-4)).toString("hex")).not.toBe("0000ffff");
      before = concat([before, message]);
    }
  });

  it("are the same each time when takeover is off [7692-7-12] [7692-7-16]", async () => {
    const text = "the same words, again and again, again and again";
    const payloads = await compressed(endpoint, { [noTakeover]: true }, [text, text, text]);

    expect(payloads[1]).toEqual(payloads[0]);
    expect(payloads[2]).toEqual(payloads[0]);
  });

  it("get shorter when takeover is on [7692-7-32]", async () => {
    const text = "the same words, again and again, again and again";
    const [first, second] = await compressed(endpoint, {}, [text, text]);

    expect(second?.length).toBeLessThan((first?.length ?? 0) / 2);
  });

  it("are not compressed without the extension, whatever was offered [6455-9-06]", async () => {
    const { peer, application } = await openPeer(endpoint, {
      application: "silent",
      ...(role === "client" ? { offersDeflate: true } : {}),
    });
    application.perform({ send: farRepeats });
    const [frame] = await frames(peer, 1);
    peer.destroy();

    expect(frame).toMatchObject({ fin: true, rsv: 0, opcode: TEXT });
    expect(Buffer.from(frame?.payload ?? []).toString()).toBe(farRepeats);
  });
});
