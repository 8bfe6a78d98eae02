import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";

/** Who has a transport: gets what happens on it. */
export interface TransportUser {
  readonly onData: (chunk: Buffer) => void;
  /** As `onData`, of memory that changes once this returns. Who has it not gets copies. */
  readonly onLentData?: (chunk: Buffer) => void;
  /** What was written is with the operating system, after it was too much at once. */
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
 * Gives the events of a transport to `user` from now on, and to nobody else who had them by
 * this. All transports share five listeners, and one that goes from hand to hand keeps its
 * own: to add and remove some for each takes a tenth of the time that a connection takes.
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
 * Gives the user of a transport what came, past the transport.
 *
 * @returns False when it has no user that takes lent memory: nothing was done.
 */
export function lendTo(transport: UsedTransport, chunk: Buffer): boolean {
  const user = transport[USER];
  if (user?.onLentData === undefined) return false;
  user.onLentData(chunk);
  return true;
}

/** Lets go of a transport: what happens on it is of no interest, errors included. */
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
  leaveTransport(this); // who keeps a closed transport does not keep its user
  user?.onClose();
}
