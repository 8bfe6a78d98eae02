/** Two ends of one contract in one process, with a clock that the test moves. */
import { z } from "zod";
import { defineContract, nothing, type PeerOptions } from "../../src/contract/index.js";
import { FakeClock } from "./clock.js";
import { type FakeConnection, FakeSocket, linked } from "./contract-pair.js";

const fromClient = {
  note: z.string(),
  double: { request: z.number(), response: z.number() },
  when: { request: nothing, response: z.coerce.date() },
};
const fromServer = { note: z.string(), ask: { request: z.string(), response: z.string() } };
export const contract = defineContract({ fromClient, fromServer });

type ServerOptions = PeerOptions<typeof fromServer, typeof fromClient, FakeConnection>;
type ClientOptions = PeerOptions<typeof fromClient, typeof fromServer, FakeSocket>;

export function pair(serverOptions: ServerOptions = {}, clientOptions: ClientOptions = {}) {
  const { connection, socket } = linked();
  const clock = new FakeClock();
  const server = contract.serve(connection, { clock, ...serverOptions });
  const client = contract.wrap(socket, { clock, ...clientOptions });
  return { connection, socket, clock, server, client };
}

/** A client whose server never answers, unless the test does. */
export function alone(options: ClientOptions = {}) {
  const socket = new FakeSocket();
  const clock = new FakeClock();
  const client = contract.wrap(socket, { clock, ...options });
  return { socket, clock, client };
}
