import type { WebSocketConnection } from "./connection.js";

/** Connections that are not closed yet, all with the same kind of data. */
export class ConnectionGroup<Data> {
  readonly members: Set<WebSocketConnection<Data>> = new Set();
  readonly #onLeft: () => void;

  /** @param onLeft - Called when a connection has left. */
  constructor(onLeft: () => void) {
    this.#onLeft = onLeft;
  }

  /**
   * Takes a connection away once its transport has ended; one function for all of them.
   *
   * @param release - Gives free what it held besides.
   */
  readonly leave = (connection: WebSocketConnection, release?: () => void): void => {
    const members: Set<WebSocketConnection> = this.members;
    members.delete(connection);
    release?.();
    this.#onLeft();
  };
}
