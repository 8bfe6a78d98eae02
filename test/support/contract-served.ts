/** A server's end of a contract on a connection that the test writes to, and what it answers. */
import { vi } from "vitest";
import { z } from "zod";
import { defineContract, nothing, type PeerOptions } from "../../src/contract/index.js";
import { FakeConnection } from "./contract-pair.js";

const isText = (value: unknown): value is string => typeof value === "string";

const fromClient = {
  say: z.object({ text: z.string().max(5) }),
  shout: isText,
  leave: nothing,
  sum: { request: z.array(z.number()), response: z.number() },
};

export const contract = defineContract({ fromClient, fromServer: fromClient });

type Options = PeerOptions<typeof fromClient, typeof fromClient, FakeConnection>;

export function serve(options: Options = {}) {
  const connection = new FakeConnection();
  const onHandlerError = vi.fn<(error: unknown, type: string) => void>();
  const peer = contract.serve(connection, { onHandlerError, ...options });
  return { connection, peer, onHandlerError };
}

/** What an error reply looks like. */
export const error = (code: string, message: string, more: object = {}): object => ({
  error: { code, message, ...more },
});
