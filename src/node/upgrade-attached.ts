/** Lets servers share the upgrades of one http server. */
import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import type { RequestHead } from "../protocol/index.js";
import { checkOptions, type Names } from "../input/index.js";
import type { Verdict } from "./server-options.js";
import { type Arrival, headOf, judgeArrival, type RequestSource } from "./server-request.js";
import type { AnyUpgrader, Claim, Upgrader } from "./upgrade.js";

type AnyHttpServer = HttpServer | HttpsServer;

/** Sockets that have been handed over: nobody may have one twice. */
const handedOver = new WeakSet<Duplex>();

/** What the application knows of a client when it hands over an upgrade. */
export interface UpgradeOptions<Data = undefined> {
  /**
   * What `authenticate` would return, which is not asked then: this becomes
   * `connection.data`, and `undefined`, `null` and `false` refuse with 401. All other
   * checks are made. Leave it out, and `authenticate` is asked.
   */
  readonly data?: Verdict<Data>;
}

const NAMES: Names<UpgradeOptions<unknown>> = {
  owner: "handleUpgrade()",
  known: { data: true },
};

/**
 * Answers the upgrade that an http server has parsed.
 *
 * @throws {TypeError} An option does not exist.
 * @throws {Error} The request was no upgrade for the http server; or this socket has been handed
 *   over before, and whoever has it now is not affected.
 */
export function answerUpgrade<Data>(
  upgrader: Upgrader<Data>,
  message: IncomingMessage,
  transport: Duplex,
  received: Uint8Array,
  options: UpgradeOptions<Data>,
): void {
  checkOptions(options, NAMES);
  // Not with !: requests that somebody has made up may lack it.
  if ("upgrade" in message && message.upgrade === false) {
    throw new Error(
      'this request was no upgrade for the http server (request.upgrade is false), which goes on reading its socket: call handleUpgrade from a listener for "upgrade" of the http server, or give the http server as the option server',
    );
  }
  markHandedOver(transport);
  const source = { transport, message };
  const arrival = judgeArrival(headOf(message), source, upgrader.options.isTrusted);
  const given = "data" in options ? { verdict: options.data } : undefined;
  const pending = upgrader.open(transport);
  pending.keep(received);
  upgrader.answer(pending, arrival, upgrader.claim(arrival), given);
}

function markHandedOver(transport: Duplex): void {
  if (handedOver.has(transport)) {
    throw new Error("this socket has been handed over before: each upgrade is answered once");
  }
  handedOver.add(transport);
}

function handOver(
  upgrader: AnyUpgrader,
  transport: Duplex,
  received: Uint8Array,
  arrival: Arrival,
  claim: Claim,
): void {
  const pending = upgrader.open(transport);
  pending.keep(received);
  upgrader.answer(pending, arrival, claim);
}

/** The servers that share one http server. */
class Attachment {
  readonly #httpServer: AnyHttpServer;
  /** Those with a path or a route before the one that takes all the rest. */
  #upgraders: readonly AnyUpgrader[] = [];

  constructor(httpServer: AnyHttpServer) {
    this.#httpServer = httpServer;
  }

  add(upgrader: AnyUpgrader): void {
    const { path, route } = upgrader.options;
    if (route === undefined && this.#upgraders.some((other) => isForSame(path, other))) {
      throw new Error("another WebSocketServer on this http server has the same path");
    }
    if (this.#upgraders.length === 0) this.#httpServer.on("upgrade", this.#onUpgrade);
    const all = [...this.#upgraders, upgrader];
    this.#upgraders = [...all.filter(isChoosy), ...all.filter((one) => !isChoosy(one))];
  }

  remove(upgrader: AnyUpgrader): void {
    this.#upgraders = this.#upgraders.filter((other) => other !== upgrader);
    if (this.#upgraders.length === 0) this.#httpServer.off("upgrade", this.#onUpgrade);
  }

  readonly #onUpgrade = (message: IncomingMessage, transport: Duplex, received: Buffer): void => {
    if (handedOver.has(transport)) return; // by an earlier listener of the application
    const judge = judging(headOf(message), { transport, message });
    const isShared = this.#httpServer.listenerCount("upgrade") > 1;

    for (const upgrader of this.#upgraders) {
      const arrival = judge(upgrader);
      if (isShared && arrival.kind === "not-an-upgrade") return; // to another protocol: not for us to judge
      const claim = upgrader.claim(arrival);
      if (claim === "foreign") continue;
      this.#handOver(upgrader, transport, received, arrival, claim);
      return;
    }
    const [anyone] = this.#upgraders;
    if (!isShared && anyone !== undefined) {
      this.#handOver(anyone, transport, received, judge(anyone), "foreign");
    }
  };

  #handOver(
    upgrader: AnyUpgrader,
    transport: Duplex,
    received: Uint8Array,
    arrival: Arrival,
    claim: Claim,
  ): void {
    markHandedOver(transport);
    handOver(upgrader, transport, received, arrival, claim);
  }
}

/** Judges a request once for all servers that trust the same proxies: where it comes from depends on that. */
function judging(head: RequestHead, source: RequestSource): (upgrader: AnyUpgrader) => Arrival {
  const arrivals = new Map<unknown, Arrival>();
  return ({ options: { isTrusted } }) => {
    const arrival = arrivals.get(isTrusted) ?? judgeArrival(head, source, isTrusted);
    arrivals.set(isTrusted, arrival);
    return arrival;
  };
}

function isChoosy({ options: { path, route } }: AnyUpgrader): boolean {
  return path !== undefined || route !== undefined;
}

function isForSame(path: string | undefined, { options }: AnyUpgrader): boolean {
  return options.route === undefined && options.path === path;
}

const attachments = new WeakMap<AnyHttpServer, Attachment>();

/**
 * Gives `upgrader` the upgrades of `httpServer` that it claims. An upgrade that none
 * of them claims gets 404, unless the http server has other listeners for upgrades:
 * it may be meant for one of those.
 *
 * @returns What ends that.
 * @throws {Error} Another one has the same path there.
 */
export function attach(httpServer: AnyHttpServer, upgrader: AnyUpgrader): () => void {
  const attachment = attachments.get(httpServer) ?? new Attachment(httpServer);
  attachments.set(httpServer, attachment);
  attachment.add(upgrader);
  return () => attachment.remove(upgrader);
}
