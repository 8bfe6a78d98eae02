import type { Duplex } from "node:stream";
import type { DeflateParameters, Role } from "../protocol/index.js";
import type { WebSocketConnection } from "./connection.js";
import type { ResolvedConnectionOptions } from "./options.js";

/** What the opening handshake leaves to the connection. */
export interface ConnectionSetup<Data> {
  readonly role: Role;
  readonly transport: Duplex;
  readonly options: ResolvedConnectionOptions;
  /** `""` when none was picked. */
  readonly subprotocol: string;
  readonly deflate: DeflateParameters | undefined;
  /** Bytes that came behind the head. Taken over. */
  readonly received: Uint8Array;
  readonly data: Data;
  /** Of the client, where the transport's own address is that of a proxy. @defaultValue that of the transport */
  readonly remoteAddress?: string | undefined;
  /** The transport of `connection` has ended. */
  readonly onClosed?: ((connection: WebSocketConnection) => void) | undefined;
  /** Told the same, without a function for each connection. */
  readonly membership?: Membership | undefined;
}

/** That a connection is one of several. */
export interface Membership {
  /** Called once, when its transport has ended. */
  end(): void;
}
