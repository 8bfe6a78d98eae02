/**
 * The channels of `node:diagnostics_channel` that tools can subscribe to. A channel without a
 * subscriber costs a look at a field.
 *
 * No payload holds what a peer or an application wrote: no query, header, subprotocol,
 * message, reason of a close or text of an application's error.
 */
import { channel, type Channel } from "node:diagnostics_channel";
import { isError } from "../input/index.js";
import {
  type CodecError,
  isProtocolError,
  isWebSocketError,
  type ProtocolError,
  type Role,
} from "../protocol/index.js";
import type { CloseInfo, Traffic } from "./connection/events.js";

/** Which connection: numbers count those of the process that were told of, from 1. */
export interface DiagnosedConnection {
  readonly connection: number;
  /** Which end of it is in this process. */
  readonly role: Role;
}

/** The channels by name, and what is published on each. */
export interface DiagnosticMessages {
  /** A client gets 101, or this process as a client has got it. `closeCode`: the client is accepted only to be told that. */
  "plainsocket:handshake:accepted": {
    readonly role: Role;
    readonly remoteAddress: string | undefined;
    readonly closeCode: number | undefined;
  };
  /** `code` is that of a RefusedHandshake, or of the HandshakeError that `connect` rejects with. */
  "plainsocket:handshake:refused": {
    readonly role: Role;
    readonly remoteAddress: string | undefined;
    readonly httpStatus: number | undefined;
    readonly code: string;
  };
  "plainsocket:connection:opened": DiagnosedConnection & {
    readonly remoteAddress: string | undefined;
    /** As in the WHATWG attribute: `"permessage-deflate"` or `""`. */
    readonly extensions: string;
  };
  /** `errorCode` is the `code` of what went wrong, or the name of its class when it is not an error of this library. */
  "plainsocket:connection:closed": DiagnosedConnection & {
    readonly code: number;
    readonly wasClean: boolean;
    readonly errorCode: string | undefined;
    readonly traffic: Traffic;
  };
  /** The peer broke a rule; or, with `CODEC_FAILED`, a codec could not go on. The row of the table says which rule. */
  "plainsocket:connection:failed": DiagnosedConnection & {
    readonly code: string;
    readonly closeCode: number;
    readonly section: string | undefined;
  };
  /** More than `maxBufferedBytes` wait for the peer. Published again only after all of that has gone out. */
  "plainsocket:connection:backpressure": DiagnosedConnection & { readonly bufferedBytes: number };
  /** `bufferPolicy` has dropped messages: how many so far. */
  "plainsocket:message:dropped": DiagnosedConnection & { readonly droppedMessages: number };
  /** A listener or a hook of the application failed; `onHandlerError` has the error itself. */
  "plainsocket:handler:failed": { readonly role: Role; readonly errorName: string };
}

/** The object that stands for a connection here. All parts of a connection give the same one. */
export interface Subject {
  readonly role: Role;
}

class DiagnosticChannel<Name extends keyof DiagnosticMessages> {
  readonly #channel: Channel;

  constructor(name: Name) {
    this.#channel = channel(name);
  }

  get isWatched(): boolean {
    return this.#channel.hasSubscribers;
  }

  /** A subscriber that throws does no harm here: Node makes it an uncaught exception of the next tick. */
  publish(message: DiagnosticMessages[Name]): void {
    this.#channel.publish(message);
  }
}

const handshakeAccepted = new DiagnosticChannel("plainsocket:handshake:accepted");
const handshakeRefused = new DiagnosticChannel("plainsocket:handshake:refused");
const connectionOpened = new DiagnosticChannel("plainsocket:connection:opened");
const connectionClosed = new DiagnosticChannel("plainsocket:connection:closed");
const connectionFailed = new DiagnosticChannel("plainsocket:connection:failed");
const connectionBackpressure = new DiagnosticChannel("plainsocket:connection:backpressure");
const messageDropped = new DiagnosticChannel("plainsocket:message:dropped");
const handlerFailed = new DiagnosticChannel("plainsocket:handler:failed");

export function tellAccepted(
  role: Role,
  remoteAddress: string | undefined,
  closeCode?: number,
): void {
  if (handshakeAccepted.isWatched) handshakeAccepted.publish({ role, remoteAddress, closeCode });
}

export function tellRefused(
  role: Role,
  { httpStatus, code }: { readonly httpStatus: number | undefined; readonly code: string },
  remoteAddress: string | undefined,
): void {
  if (!handshakeRefused.isWatched) return;
  handshakeRefused.publish({ role, remoteAddress, httpStatus, code });
}

export function tellOpened(
  subject: Subject,
  {
    remoteAddress,
    extensions,
  }: { readonly remoteAddress: string | undefined; readonly extensions: string },
): void {
  if (!connectionOpened.isWatched) return;
  connectionOpened.publish({ ...numbered(subject), remoteAddress, extensions });
}

export function tellClosed(
  subject: Subject,
  { code, wasClean, error }: CloseInfo,
  counted: { readonly traffic: Traffic },
): void {
  if (!connectionClosed.isWatched) return;
  const errorCode = isWebSocketError(error) ? error.code : error && nameOf(error);
  const { traffic } = counted;
  connectionClosed.publish({ ...numbered(subject), code, wasClean, errorCode, traffic });
}

export function tellFailed(subject: Subject, error: ProtocolError | CodecError): void {
  if (!connectionFailed.isWatched) return;
  const { code, closeCode } = error;
  const section = isProtocolError(error) ? error.section : undefined;
  connectionFailed.publish({ ...numbered(subject), code, closeCode, section });
}

export function tellBackpressure(subject: Subject, bufferedBytes: number): void {
  if (!connectionBackpressure.isWatched) return;
  connectionBackpressure.publish({ ...numbered(subject), bufferedBytes });
}

export function tellDropped(subject: Subject, droppedMessages: number): void {
  if (messageDropped.isWatched) messageDropped.publish({ ...numbered(subject), droppedMessages });
}

export function tellHandlerFailed(role: Role, error: unknown): void {
  if (handlerFailed.isWatched) handlerFailed.publish({ role, errorName: nameOf(error) });
}

/** The class of an error. Its `name` is not read, because an application may have written anything there. */
function nameOf(error: unknown): string {
  return isError(error) ? error.constructor.name : typeof error;
}

const numbers = new WeakMap<Subject, number>();
let count = 0;

function numbered(subject: Subject): DiagnosedConnection {
  const connection = numbers.get(subject) ?? ++count;
  numbers.set(subject, connection);
  return { connection, role: subject.role };
}
