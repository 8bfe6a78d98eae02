/** Ways for a client to come and go: whatever it took on a server must be free again after each of them. */
import { acceptThenClose, reject } from "../../src/node/server/rejection.js";
import type { ServerOptions } from "../../src/node/server/options.js";
import type { FakeClock } from "./clock.js";
import type { RawClient } from "./raw-client.js";
import { settle } from "./raw-peer.js";
import { CLOSE, closePayload, frame } from "./wire-frame.js";

type Leave = (client: RawClient, clock: FakeClock) => void;

/** `status` is 0 where the client goes before it has an answer. */
// oxfmt-ignore
export const WAYS_OUT: readonly [what: string, status: number, leave: Leave][] = [
  ["the closing handshake",           101, (client) => client.sendFrames(frame(CLOSE, closePayload(1000)))],
  ["an end without one",              101, (client) => client.socket.end()],
  ["a reset",                         101, (client) => client.socket.resetAndDestroy()],
  ["a frame that breaks a rule",      101, (client) => client.send(Uint8Array.of(0xff, 0xff))],
  ["silence",                         101, (_, clock) => clock.advance(60_000)],
  ["a rejection",                     401, () => {}],
  ["a rejection that is thrown",      402, () => {}],
  ["a hook that throws",              500, () => {}],
  ["a response that cannot be sent",  500, () => {}],
  ["a close right after the 101",     101, (client) => client.sendFrames(frame(CLOSE))],
  ["going while authenticate works",    0, (client) => client.socket.resetAndDestroy()],
  ["ending while authenticate works",   0, (client) => client.socket.end()],
  ["authenticate taking too long",    408, (_, clock) => clock.advance(10_000)],
];

/** Hooks that do what the header X-Wish of a request names: the first column of {@link WAYS_OUT}. */
export const WISH_HOOKS: Pick<ServerOptions<unknown>, "responseHeaders" | "authenticate"> = {
  responseHeaders: ({ headers }) => ({
    "X-A": headers.get("x-wish")?.includes("cannot be sent") ? "\r\n" : "",
  }),
  authenticate: ({ headers }) => {
    const wish = headers.get("x-wish") ?? "";
    if (wish.includes("thrown")) throw reject(402);
    if (wish.includes("throws")) throw new Error("hook");
    if (wish.includes("a rejection")) return reject(401);
    if (wish.includes("right after")) return acceptThenClose(4000);
    return wish.includes("authenticate") ? new Promise(() => {}) : true;
  },
};

/** Makes a client leave while the server's hooks decide about it, and waits until nothing of it can be left. */
export async function goAway(
  client: RawClient,
  clock: FakeClock,
  [, status, leave]: (typeof WAYS_OUT)[number],
): Promise<void> {
  if (status !== 0 && status !== 408) await client.head();
  await settle();
  leave(client, clock);
  if (!client.socket.destroyed) await client.ended();
  client.socket.destroy();
  await settle();
  clock.advance(20_000);
  await settle();
}
