/** Events of a transport, for one user at a time. */
import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import { callSafely } from "../../input/index.js";
import { toError } from "../handler-error.js";

/** The user of a transport, which gets the events of the transport. */
export interface TransportUser {
  readonly onData: (chunk: Buffer) => void;
  /** As `onData`, of memory that changes once this returns. Users without this method get a copy through `onData`. */
  readonly onLentData?: (chunk: Buffer) => void;
  /** The operating system has taken what was written, after the transport was full. */
  readonly onDrain: () => void;
  /** The peer has ended its side. */
  readonly onEnd: () => void;
  readonly onError: (cause: Error) => void;
  /** Nothing follows. */
  readonly onClose: () => void;
}

const USER: unique symbol = Symbol("user");

interface UsedTransport extends Duplex {
  [USER]?: TransportUser;
}

/**
 * Gives the events of a transport to `user` from now on, in place of the user before. All transports
 * share five listeners, which stay when a transport changes its user: to add and remove listeners for
 * each takes a tenth of the time that a connection takes.
 */
export function useTransport(transport: UsedTransport, user: TransportUser): void {
  const isNew = transport[USER] === undefined;
  transport[USER] = user;
  if (!isNew) return;
  transport.on("error", onError);
  transport.on("data", onData);
  transport.on("drain", onDrain);
  transport.on("end", onEnd);
  transport.on("close", onClose);
}

/**
 * Gives a chunk to the user of a transport, past the transport.
 *
 * @returns False when it has no user that takes lent memory: nothing was done.
 */
export function lendTo(transport: UsedTransport, chunk: Buffer): boolean {
  const user = transport[USER];
  if (user?.onLentData === undefined) return false;
  user.onLentData(chunk);
  return true;
}

/**
 * Uses a transport. One of an application may throw, in a method or in its `_write`: then it is
 * destroyed with that, and its user is told as it is told of other errors.
 */
export function attempt(transport: UsedTransport, use: () => unknown): void {
  callSafely(use, (error) => failTransport(transport, error));
}

/** Destroys a transport that has thrown `error`. If that throws, too, its user is told at once that it is closed. */
export function failTransport(transport: UsedTransport, error: unknown): void {
  const cause = toError(error);
  try {
    transport.destroy(cause);
  } catch {
    transport[USER]?.onError(cause);
    onClose.call(transport);
  }
}

/** Lets go of a transport: its events are ignored from now on, errors included. */
export function leaveTransport(transport: UsedTransport): void {
  transport[USER] = NOBODY;
}

const NOBODY: TransportUser = {
  onData: () => {},
  onDrain: () => {},
  onEnd: () => {},
  onError: () => {},
  onClose: () => {},
};

function onData(this: UsedTransport, chunk: Buffer): void {
  this[USER]?.onData(chunk);
}

function onDrain(this: UsedTransport): void {
  this[USER]?.onDrain();
}

function onEnd(this: UsedTransport): void {
  this[USER]?.onEnd();
}

function onError(this: UsedTransport, cause: Error): void {
  this[USER]?.onError(cause);
}

function onClose(this: UsedTransport): void {
  const user = this[USER];
  leaveTransport(this); // a closed transport that is kept does not keep its user
  user?.onClose();
}
