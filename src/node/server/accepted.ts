/** The connections that came of requests: those that the application has, and those that were only accepted to be closed. */
import { ConnectionGroup, Member } from "./group.js";
import { WebSocketConnection } from "../connection/connection.js";
import type { ResolvedConnectionOptions } from "../options.js";
import type { ServerRequest } from "./request.js";
import type { Agreement } from "./decision.js";
import type { PendingTransport } from "./pending.js";

/** A transport whose request has been accepted, and what goes with it. */
export interface Acceptance {
  readonly pending: PendingTransport;
  readonly request: ServerRequest;
  readonly agreement: Agreement;
  /** Gives free what the connection holds besides. */
  readonly release: (() => void) | undefined;
}

/** Makes connections, and has them until their transports have ended. */
export class Accepted<Data> {
  readonly #options: ResolvedConnectionOptions;
  readonly #given: ConnectionGroup<Data>;
  readonly #leaving: ConnectionGroup<undefined>;

  /** @param onLeft - Called when a connection has ended. */
  constructor(options: ResolvedConnectionOptions, onLeft: () => void) {
    this.#options = options;
    this.#given = new ConnectionGroup(onLeft);
    this.#leaving = new ConnectionGroup(onLeft);
  }

  /** What the application has, and is not closed yet. */
  get connections(): ReadonlySet<WebSocketConnection<Data>> {
    return this.#given.connections;
  }

  get size(): number {
    return this.#given.size + this.#leaving.size;
  }

  /** Sends the 101. @returns The connection for the application. */
  open(acceptance: Acceptance, data: Data): WebSocketConnection<Data> {
    return this.#connect(acceptance, data, this.#given);
  }

  /** Sends the 101, and a Close frame behind it. */
  openToClose(acceptance: Acceptance, closeCode: number, reason: string): void {
    this.#connect(acceptance, undefined, this.#leaving).close(closeCode, reason);
  }

  /**
   * Starts the closing handshake of those that the application has, behind the answers that
   * listeners are at work on.
   */
  closeAll(closeCode: number, reason: string): void {
    for (const connection of this.#given) connection.close(closeCode, reason, BEHIND_WORK);
  }

  /** Ends all transports at once; those that wait for a listener get their Close frame before. */
  terminateAll(): void {
    for (const connection of this.#given) connection.terminate();
    for (const connection of this.#leaving) connection.terminate();
  }

  #connect<T>(
    { pending, request, agreement, release }: Acceptance,
    data: T,
    group: ConnectionGroup<T>,
  ): WebSocketConnection<T> {
    const { response, subprotocol, deflate } = agreement;
    const { transport } = pending;
    transport.write(response);
    const member = new Member(group, release);
    const connection = new WebSocketConnection<T>({
      role: "server",
      transport,
      options: this.#options,
      subprotocol,
      deflate,
      received: pending.accept(),
      remoteAddress: request.remoteAddress,
      data,
      membership: member,
    });
    group.add(member, connection);
    return connection;
  }
}

/** Until the caller's deadline. */
const BEHIND_WORK = { waitForHandlerMs: Infinity };
