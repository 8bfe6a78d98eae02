import type { Duplex } from "node:stream";
import type { Names } from "../../input/index.js";
import type { DeflateParameters, Fields, Role } from "../../protocol/index.js";
import type { WebSocketConnection } from "./connection.js";
import type { ResolvedConnectionOptions } from "../options.js";

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
  /** Of the client: what {@link WebSocketConnection.response} gives. */
  readonly response?: UpgradeResponse | undefined;
  /** The transport of `connection` has ended. */
  readonly onClosed?: ((connection: WebSocketConnection) => void) | undefined;
  /** Told the same, without a function for each connection. */
  readonly membership?: Membership | undefined;
}

/** A new part of a setup is a row here. */
export const SETUP: Names<ConnectionSetup<unknown>> = {
  owner: "WebSocketConnection",
  known: {
    role: true,
    transport: true,
    options: true,
    subprotocol: true,
    deflate: true,
    received: true,
    data: true,
    remoteAddress: true,
    response: true,
    onClosed: true,
    membership: true,
  },
};

/** How the server answered the opening handshake of a client. */
export interface UpgradeResponse {
  /** 101: other answers are a HandshakeError. */
  readonly httpStatus: number;
  /** Its header fields, such as `headers.getAll("set-cookie")`. */
  readonly headers: Fields;
}

/** That a connection is one of several. */
export interface Membership {
  /** Called once, when its transport has ended. */
  end(): void;
}
