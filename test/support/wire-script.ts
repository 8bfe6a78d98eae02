/**
 * Conversations with an endpoint as data: what one peer sends byte for byte, and
 * what must come back. One script runs against any implementation.
 */
import type { ReferenceEvent } from "./reference-decoder.js";
import type { AppCommand, AppEvent } from "./wire-application.js";
import type { WireForm, WireFrame } from "./wire-frame.js";

/** Masked by the runner when it goes to a server, unless it says how it is masked; raw bytes go as they are. */
export type Sendable = (WireFrame & WireForm) | Uint8Array;

/** An event as in {@link ReferenceEvent}; a Close may leave its reason open, or its code a choice. */
export type ExpectedEvent =
  | Exclude<ReferenceEvent, { type: "close" | "failed" }>
  | { readonly type: "close"; readonly code: number | readonly number[]; readonly reason?: string };

export type ExpectedAppEvent =
  | Exclude<AppEvent, { type: "close" }>
  | {
      readonly type: "close";
      readonly code?: number;
      readonly reason?: string;
      readonly wasClean?: boolean;
    };

export type Step =
  | { readonly send: readonly Sendable[] }
  /** Messages and control frames of the endpoint, whatever frames they come in. */
  | { readonly expect: readonly ExpectedEvent[] }
  /** The very frames. */
  | { readonly expectFrames: readonly WireFrame[] }
  /**
   * The endpoint ends the connection and has sent nothing more. `"in turn"`: a
   * client may wait for the server to go first, so the runner does (RFC 6455
   * §7.1.1). `"by itself"`: without that. `"anyhow"`: without that, and a RST will do.
   */
  | { readonly expectEnd: "in turn" | "by itself" | "anyhow" }
  /** Ends the sending half of the transport without a Close frame, or all of it at once. */
  | { readonly cut: "half" | "reset" }
  /** The application at the endpoint does something. */
  | { readonly app: AppCommand }
  | { readonly expectApp: readonly ExpectedAppEvent[] };

/** What was agreed for permessage-deflate; what is left out was not mentioned. */
export interface ScriptDeflate {
  readonly serverNoContextTakeover?: boolean;
  readonly clientNoContextTakeover?: boolean;
  readonly serverMaxWindowBits?: number;
  readonly clientMaxWindowBits?: number;
}

/** How the endpoint has to be set up. Everything has a default that suits most scripts. */
export interface ScriptNeeds {
  readonly deflate?: ScriptDeflate;
  /** Of a client: it offers permessage-deflate, and the script does not accept. */
  readonly offersDeflate?: boolean;
  /** @defaultValue 1 MiB */
  readonly maxMessageBytes?: number;
  readonly maxFragments?: number;
  readonly closeTimeoutMs?: number;
  readonly subprotocols?: readonly string[];
  /** Of a server: the origins it wants. */
  readonly origins?: readonly string[];
  /** Of a server: the one path it serves. */
  readonly path?: string;
  /** `"silent"` keeps messages to itself. @defaultValue `"echo"` */
  readonly application?: "echo" | "silent";
}

export interface WireScript {
  /** Finishes the sentence "The endpoint …". Unique. */
  readonly name: string;
  /** Rows of rfc-requirements.csv that this shows. */
  readonly rows: readonly string[];
  /** The end under test. */
  readonly side: "server" | "client" | "both";
  readonly needs?: ScriptNeeds;
  readonly steps: readonly Step[];
}
