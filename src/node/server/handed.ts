/** Transports that come to a server one by one: fresh ones, and upgrades that an application hands over. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { CALLBACK, checkOptions, type Names } from "../../input/index.js";
import {
  type CompleteHead,
  HandshakeError,
  refusalFor,
  type RequestHead,
  RequestHeadReader,
} from "../../protocol/index.js";
import { decodeLatin1 } from "../platform.js";
import type { Verdict } from "./options.js";
import type { PendingTransport } from "./pending.js";
import { faultRefusal } from "./refusal.js";
import { claimOf, headOf, judgeArrival } from "./request.js";
import { afterEarlierResponses, isTaken, take, useOf } from "./socket.js";
import type { AnyUpgrader, Upgrader } from "./upgrade.js";

/** Options of `handleUpgrade`: what the application knows about the client. */
export interface UpgradeOptions<Data = undefined> {
  /**
   * The value that `authenticate` would return; `authenticate` is not called then. The value becomes
   * `connection.data`, and `undefined`, `null` and `false` refuse with 401. All other checks are made.
   * Without this option, `authenticate` is called.
   */
  readonly data?: Verdict<Data>;
}

const NAMES: Names<UpgradeOptions<unknown>> = {
  owner: "handleUpgrade()",
  known: { data: true },
  advice: { [CALLBACK]: 'use on("connection"), which gets the connection and the request' },
};

/**
 * Answers the upgrade that an http server has parsed.
 *
 * @throws {TypeError} An option does not exist.
 * @throws {Error} The request was no upgrade for the http server; or this socket has been handed
 *   over before. The server that has it now is not affected.
 */
export function answerUpgrade<Data>(
  upgrader: Upgrader<Data>,
  message: IncomingMessage,
  transport: Duplex,
  received: Uint8Array,
  options: UpgradeOptions<Data>,
): void {
  checkOptions(options, NAMES);
  // A made-up request may lack `upgrade`, so `undefined` passes.
  if ("upgrade" in message && message.upgrade === false) {
    throw new Error(
      'this request was no upgrade for the http server (request.upgrade is false), which goes on reading its socket: call handleUpgrade from a listener for "upgrade" of the http server, or give the http server as the option server',
    );
  }
  if (isTaken(transport)) {
    throw new Error("this socket has been handed over before: each upgrade is answered once");
  }
  take(transport);
  const source = { transport, message };
  const arrival = judgeArrival(headOf(message), source, upgrader.options.isTrusted);
  const { data } = options;
  const authenticate = "data" in options ? () => data : undefined;
  afterEarlierResponses(transport, () => {
    const pending = upgrader.open(transport, useOf(transport));
    pending.keep(received);
    upgrader.answer(pending, arrival, claimOf(arrival, upgrader.options), authenticate);
  });
}

/** Reads the request of a fresh transport, and lets `upgrader` answer it. */
export function serve(transport: Duplex, upgrader: AnyUpgrader): void {
  const pending = upgrader.open(transport);
  const reader = new RequestHeadReader(upgrader.options.limits, decodeLatin1);
  pending.readHead((chunk) => {
    const complete = read(reader, chunk, pending, upgrader);
    if (complete === undefined) return;
    pending.keep(complete.rest);
    const arrival = judgeArrival(complete.head, { transport }, upgrader.options.isTrusted);
    upgrader.answer(pending, arrival, claimOf(arrival, upgrader.options));
  });
}

/** Reads the head; `undefined` until it is complete. A head that breaks a rule is refused. */
function read(
  reader: RequestHeadReader,
  chunk: Uint8Array,
  pending: PendingTransport,
  upgrader: AnyUpgrader,
): CompleteHead<RequestHead> | undefined {
  try {
    return reader.push(chunk);
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error;
    upgrader.refuse(pending, faultRefusal(refusalFor(error.code, error.detail)));
    return undefined;
  }
}
