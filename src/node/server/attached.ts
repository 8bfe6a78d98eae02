/** Lets servers share the upgrades of one http server, among themselves and with other protocols and listeners. */
import { Buffer } from "node:buffer";
import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { offersWebSocket } from "../../protocol/index.js";
import type { Timer } from "../platform.js";
import {
  type Arrival,
  type Claim,
  claimOf,
  headOf,
  isChoosy,
  judgeArrival,
  wantsSame,
} from "./request.js";
import {
  type SocketUse,
  afterEarlierResponses,
  ignore,
  isTaken,
  isUsedSince,
  take,
  useOf,
} from "./socket.js";
import type { AnyUpgrader } from "./upgrade.js";

/**
 * An upgrade that no server has taken yet. All listeners of the http server are called before one of
 * our servers decides, whatever their order. When a listener has answered the request or taken the
 * socket, our servers must not touch it.
 */
class Offer {
  /** Whether the upgrade is to another protocol. */
  readonly isForeign: boolean;
  readonly #message: IncomingMessage;
  readonly #transport: Duplex;
  readonly #received: Uint8Array;
  readonly #before: SocketUse;
  readonly #arrivals = new Map<unknown, Arrival>();

  constructor(message: IncomingMessage, transport: Duplex, received: Uint8Array) {
    this.#message = message;
    this.#transport = transport;
    this.#received = received;
    this.#before = useOf(transport);
    this.isForeign = isForeign(message);
    transport.on("error", ignore); // without a listener, a reset would end the process
  }

  /** Tells whether the upgrade is still free. Once it is not, the offer lets go of the socket for good. */
  checkFree(): boolean {
    const isGone =
      isTaken(this.#transport) ||
      isTaken(this.#message) ||
      isUsedSince(this.#transport, this.#before);
    if (isGone) this.#transport.off("error", ignore);
    return !isGone;
  }

  /** Gives the upgrade to the first server that claims it. @returns Whether one does. */
  giveTo(upgraders: readonly AnyUpgrader[]): boolean {
    return upgraders.some((upgrader) => {
      const claim = claimOf(this.#judge(upgrader), upgrader.options);
      if (claim !== "foreign") this.#handOver(upgrader, claim);
      return claim !== "foreign";
    });
  }

  /** Lets `upgrader` refuse the upgrade, because no server claims it. */
  refuseBy(upgrader: AnyUpgrader): void {
    this.#handOver(upgrader, "foreign");
  }

  /** Gives the upgrade back to the http server as a request. @returns False when that is impossible. */
  giveBackTo(httpServer: AnyHttpServer): boolean {
    const isBack = requestAgain(httpServer, this.#message, this.#transport, this.#received);
    if (!isBack) return false;
    take(this.#message);
    this.#transport.off("error", ignore);
    return true;
  }

  #handOver(upgrader: AnyUpgrader, claim: Claim): void {
    take(this.#transport);
    const pending = upgrader.open(this.#transport, this.#before);
    this.#transport.off("error", ignore);
    pending.keep(this.#received);
    upgrader.answer(pending, this.#judge(upgrader), claim);
  }

  /** Reads the request once for all servers that trust the same proxies: its origin depends on them. */
  #judge({ options: { isTrusted } }: AnyUpgrader): Arrival {
    const source = { transport: this.#transport, message: this.#message };
    const arrival =
      this.#arrivals.get(isTrusted) ?? judgeArrival(headOf(this.#message), source, isTrusted);
    this.#arrivals.set(isTrusted, arrival);
    return arrival;
  }
}

/** Marks the listeners of this package, in all copies of it, so that they are told from others. */
const OURS: unique symbol = Symbol.for("plainsocket.upgradeListener");

interface UpgradeListener {
  (message: IncomingMessage, transport: Duplex, received: Buffer): void;
  [OURS]?: true;
}

/** The servers that share one http server. */
class Attachment {
  readonly #httpServer: AnyHttpServer;
  #upgraders: readonly AnyUpgrader[] = [];
  #stopKeeping: (() => void) | undefined;

  constructor(httpServer: AnyHttpServer) {
    this.#httpServer = httpServer;
    this.#onUpgrade[OURS] = true;
  }

  add(upgrader: AnyUpgrader): void {
    if (this.#upgraders.some(({ options }) => wantsSame(options, upgrader.options))) {
      throw new Error("another WebSocketServer on this http server has the same path");
    }
    if (this.#upgraders.length === 0) {
      // It comes before the listeners of others, to notice when they use a socket.
      this.#httpServer.prependListener("upgrade", this.#onUpgrade);
      this.#stopKeeping = keepToWebSocket(this.#httpServer, () => this.#hasOthers());
    }
    this.#upgraders = [...this.#upgraders, upgrader];
  }

  remove(upgrader: AnyUpgrader): void {
    this.#upgraders = this.#upgraders.filter((other) => other !== upgrader);
    if (this.#upgraders.length > 0) return;
    this.#httpServer.off("upgrade", this.#onUpgrade);
    this.#stopKeeping?.();
  }

  /**
   * Decides in three turns of the event loop, as other copies of this package do: servers with a path or
   * a route come first, then the server that takes the rest. After both, no server claims the upgrade.
   */
  readonly #onUpgrade: UpgradeListener = (message, transport, received) => {
    if (isTaken(transport)) return; // a listener of the application has handed it over already
    const upgraders = this.#upgraders; // a server that is closed by then refuses
    afterEarlierResponses(transport, () => {
      this.#offer(new Offer(message, transport, received), upgraders);
    });
  };

  #offer(offer: Offer, upgraders: readonly AnyUpgrader[]): void {
    // The listener of another package may wait for a promise before it touches the socket.
    const hasOthers = this.#hasOthers();
    const nextTurn = (go: () => void): void => {
      if (hasOthers) setImmediate(go);
      else process.nextTick(go);
    };
    const isSettledBy = (some: readonly AnyUpgrader[]): boolean =>
      !offer.checkFree() || (!offer.isForeign && offer.giveTo(some));
    nextTurn(() => {
      if (isSettledBy(upgraders.filter(({ options }) => isChoosy(options)))) return;
      nextTurn(() => {
        if (isSettledBy(upgraders.filter(({ options }) => !isChoosy(options)))) return;
        nextTurn(() => this.#settle(offer, upgraders));
      });
    });
  }

  /** Handles an upgrade that no server claims. */
  #settle(offer: Offer, upgraders: readonly AnyUpgrader[]): void {
    const [anyone] = upgraders;
    if (anyone === undefined || !offer.checkFree()) return;
    if (this.#hasOthers()) waitForOthers(offer, anyone);
    else if (!offer.isForeign || !offer.giveBackTo(this.#httpServer)) offer.refuseBy(anyone);
  }

  #hasOthers(): boolean {
    return this.#httpServer
      .listeners("upgrade")
      .some((listener) => !(OURS in listener && listener[OURS] === true));
  }
}

/** Gives the listeners of others time to answer. After that the socket is refused: it must not stay open for ever. */
function waitForOthers(offer: Offer, anyone: AnyUpgrader): Timer {
  const { connection, handshakeTimeoutMs } = anyone.options;
  return connection.clock.setTimer(() => {
    if (offer.checkFree()) offer.refuseBy(anyone);
  }, handshakeTimeoutMs);
}

const attachments = new WeakMap<AnyHttpServer, Attachment>();

/**
 * Gives `upgrader` the upgrades of `httpServer` that it claims, after all other listeners have been
 * called. An upgrade that no server claims gets 404: at once, or after `handshakeTimeoutMs` where
 * others listen for upgrades. Upgrades to other protocols are left to the http server.
 *
 * @returns A function that ends this.
 * @throws {Error} Another server on `httpServer` has the same path.
 */
export function attach(httpServer: AnyHttpServer, upgrader: AnyUpgrader): () => void {
  const attachment = attachments.get(httpServer) ?? new Attachment(httpServer);
  attachments.set(httpServer, attachment);
  attachment.add(upgrader);
  return () => attachment.remove(upgrader);
}

type AnyHttpServer = HttpServer | HttpsServer;

/** Tells whether an http server has TLS under it. */
export function isSecureServer(httpServer: AnyHttpServer): boolean {
  return "setSecureContext" in httpServer;
}

/** Tells whether a request asks for protocols other than websocket only, such as h2c. */
export function isForeign(message: IncomingMessage): boolean {
  return !offersWebSocket(headOf(message).fields);
}

/** From Node 22.21 and 24.9 on, this function decides whether a request becomes `upgrade` or `request`. */
const NAME = "shouldUpgradeCallback";

type ShouldUpgrade = (request: IncomingMessage) => boolean;

/**
 * Makes Node treat upgrades to other protocols as requests, where it can, and while no other package
 * listens for upgrades.
 *
 * @param hasOthers - Tells whether one does.
 * @returns A function that ends this; `undefined` where Node cannot do it.
 */
export function keepToWebSocket(
  httpServer: AnyHttpServer,
  hasOthers: () => boolean,
): (() => void) | undefined {
  const before: unknown = Reflect.get(httpServer, NAME);
  if (typeof before !== "function") return undefined;
  let isOver = false;
  const callback: ShouldUpgrade = (request) =>
    Boolean(Reflect.apply(before, httpServer, [request])) &&
    (isOver || !isForeign(request) || hasOthers());
  Reflect.set(httpServer, NAME, callback);
  return () => {
    isOver = true;
    // Another package may have wrapped the callback.
    if (Reflect.get(httpServer, NAME) === callback) Reflect.set(httpServer, NAME, before);
  };
}

/**
 * Lets an http server read a request again that it took for an upgrade. The token `upgrade` is left out
 * of Connection, so that it is a plain request (RFC 9110 §7.8). This is for versions of Node without
 * `shouldUpgradeCallback`; they have left the body unread.
 *
 * @param received - The bytes behind the head.
 * @returns False when the head cannot be written as it was. Then nothing was done.
 */
export function requestAgain(
  httpServer: AnyHttpServer,
  message: IncomingMessage,
  socket: Duplex,
  received: Uint8Array,
): boolean {
  const { method, target, httpVersion, fields } = headOf(message);
  const maxCount = httpServer.maxHeadersCount ?? NODES_MAX_HEADERS;
  if (maxCount > 0 && fields.size >= maxCount) return false; // Node leaves out the fields over the limit
  const lines = [`${method} ${target} HTTP/${httpVersion}`];
  for (const [name, value] of fields) {
    const kept = name.toLowerCase() === "connection" ? withoutUpgrade(value) : value;
    if (kept !== undefined) lines.push(`${name}: ${kept}`);
  }
  if (lines.some((line) => line.includes("\r") || line.includes("\n"))) return false;
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  socket.unshift(Buffer.concat([head, received]));
  httpServer.emit(isSecureServer(httpServer) ? "secureConnection" : "connection", socket);
  return true;
}

const NODES_MAX_HEADERS = 2000;

/** Takes `upgrade` out of a list; `undefined` when nothing else is in it. */
function withoutUpgrade(value: string): string | undefined {
  const options = value.split(",").map((option) => option.trim());
  const others = options.filter((option) => option !== "" && option.toLowerCase() !== "upgrade");
  return others.length > 0 ? others.join(", ") : undefined;
}
