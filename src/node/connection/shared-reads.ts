import { Buffer } from "node:buffer";
import net, { type NetConnectOpts, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { lendTo } from "./transport-user.js";

/**
 * Has all sockets of a thread read into the same memory: who gets what was read copies what
 * has to last, before the next read changes it.
 *
 * Node else makes 64 KiB for every read and gives back what was too much, which takes longer
 * than all that a small message takes here. With sharing a server has 1.22 times as many
 * messages of 20 bytes, one at a time, for a second of CPU time, 1.16 times with 64 of them at
 * a time, 1.42 times with 1 KiB of text, and as many as before with 16 KiB and 1 MiB; a client
 * 1.13 times, 1.05 times, 1.4 times with 1 KiB and 16 at a time, and a tenth fewer with 16 KiB
 * and 4 at a time, whose chunks it would not copy otherwise (medians of 5 to 9 rounds each).
 *
 * On Windows a socket reads ahead, into memory that another would change meanwhile, and other
 * runtimes promise nothing of the kind.
 */
const canShare =
  process.platform !== "win32" && !("bun" in process.versions) && !("deno" in process.versions);

/** As much as Node offers for a read; made for the first socket. */
let memory: Buffer | undefined;

function sharedMemory(): Buffer {
  return (memory ??= Buffer.allocUnsafeSlow(65_536));
}

/** As `net.connect`, with shared reads where they are possible. */
export function connectShared(options: NetConnectOpts): Socket {
  if (!canShare) return net.connect(options);
  const callback = (length: number): boolean => deliver(socket, length);
  const socket: Socket = net.connect({ ...options, onread: { buffer: sharedMemory(), callback } });
  return socket;
}

/**
 * Switches an accepted socket to shared reads. Node has that for sockets that connect, by the
 * option `onread`, and no public way to it for others: this sets what that option sets.
 *
 * @returns False where that is not as expected: nothing was done.
 */
export function shareReads(socket: Socket): boolean {
  names ??= privateNames();
  if (!canShare || names === "unknown" || socket instanceof TLSSocket) return false;
  const handle: unknown = Reflect.get(socket, "_handle");
  if (!isReader(handle)) return false;
  handle.useUserBuffer(sharedMemory());
  Reflect.set(socket, names.buffer, sharedMemory());
  Reflect.set(socket, names.callback, deliverToThis);
  return true;
}

interface Reader {
  readonly useUserBuffer: (buffer: Uint8Array) => void;
}

function isReader(handle: unknown): handle is Reader {
  return typeof Reflect.get(Object(handle), "useUserBuffer") === "function";
}

/** The names by which a socket has what `onread` says; looked up for the first socket. */
let names: { buffer: symbol; callback: symbol } | "unknown" | undefined;

function privateNames(): NonNullable<typeof names> {
  const all = Object.getOwnPropertySymbols(new Socket());
  const named = (name: string): symbol | undefined =>
    all.find(({ description }) => description === name);
  const buffer = named("kBuffer");
  const callback = named("kBufferCb");
  return buffer && callback ? { buffer, callback } : "unknown";
}

function deliverToThis(this: Socket, length: number): boolean {
  return deliver(this, length);
}

/** @returns Whether to go on reading. */
function deliver(socket: Socket, length: number): boolean {
  const chunk = sharedMemory().subarray(0, length);
  // What waits in the stream's queue comes first, and during the opening handshake all goes there.
  const isDirect = socket.readableFlowing === true && socket.readableLength === 0;
  return (isDirect && lendTo(socket, chunk)) || socket.push(Buffer.from(chunk));
}
