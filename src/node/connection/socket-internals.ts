/** The private parts of Node's sockets: reads past the queue of a stream, and what of a write is on its way. */
import { Buffer } from "node:buffer";
import { OutgoingMessage } from "node:http";
import net, { type NetConnectOpts, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { lendTo } from "./transport-user.js";

/**
 * Whether all sockets of a thread can read into the same memory. The user of a socket then copies
 * what has to last, before the next read changes it.
 *
 * Otherwise Node makes 64 KiB for every read and gives back the rest, which takes longer than
 * everything that a small message takes here. With sharing a server has 1.22 times as many
 * messages of 20 bytes, one at a time, for a second of CPU time, 1.16 times with 64 of them at
 * a time, 1.42 times with 1 KiB of text, and as many as before with 16 KiB and 1 MiB; a client
 * 1.13 times, 1.05 times, 1.4 times with 1 KiB and 16 at a time, and a tenth fewer with 16 KiB
 * and 4 at a time, whose chunks it would not copy otherwise (medians of 5 to 9 rounds each).
 *
 * On Windows a socket reads ahead, into memory that another socket would change meanwhile. Other
 * runtimes promise nothing of the kind.
 */
const canShare =
  process.platform !== "win32" && !("bun" in process.versions) && !("deno" in process.versions);

/** As many bytes as Node offers for a read. Made for the first socket. */
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
 * Switches an accepted socket to shared reads. Node offers them by the option `onread` to sockets that
 * connect, and to no others in public: this sets what that option sets.
 *
 * @returns False when the private parts are not as expected. Nothing was done then.
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

/** The names under which a socket keeps its `onread`. Looked up for the first socket. */
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
  // What waits in the stream's queue comes first. During the opening handshake every chunk goes there.
  const isDirect = socket.readableFlowing === true && socket.readableLength === 0;
  return (isDirect && lendTo(socket, chunk)) || socket.push(Buffer.from(chunk));
}

/**
 * Makes a socket emit each chunk at once, past the queue of its stream.
 *
 * Node gives each chunk to the socket's own `push`. While data flows and nothing waits, the rest of
 * `push` does nothing of use: it queues the chunk, and looks at the queue in the next tick. Without it
 * an echo of 20 bytes, one at a time, has 1.15 times as many messages for a second of CPU time
 * (load bench, medians of 9 rounds). A chunk that comes some other way, as it might in another
 * runtime, is emitted as "data" as usual. Calling this again does nothing.
 */
export function readDirectly(socket: Socket): void {
  // A subclass, or another library, that has replaced `push` keeps its own.
  if (socket.push === Socket.prototype.push) socket.push = pushDirectly;
}

function pushDirectly(this: Socket, chunk: unknown, encoding?: BufferEncoding): boolean {
  const isDirect = chunk !== null && this.readableFlowing === true && this.readableLength === 0;
  if (!isDirect) return Socket.prototype.push.call(this, chunk, encoding);
  this.emit("data", chunk);
  return true;
}

/**
 * The response to an earlier request that Node has not finished on this socket. Node keeps it to
 * itself and shows it in no other way: `undefined` means that there is none, or that Node hides it.
 */
export function unfinishedResponse(transport: Duplex): OutgoingMessage | undefined {
  const response: unknown = Reflect.get(transport, "_httpMessage");
  return response instanceof OutgoingMessage ? response : undefined;
}

/**
 * How many bytes of what was written to a socket the operating system has not taken. Unlike
 * `writableLength` it shrinks within one write. Node keeps it private, but its own idle timeout
 * reads it. Zero where it is unknown.
 */
export function queuedBytesOf(transport: Duplex): number {
  const handle: unknown = transport instanceof Socket && Reflect.get(transport, "_handle");
  if (typeof handle !== "object" || handle === null || !("writeQueueSize" in handle)) return 0;
  return typeof handle.writeQueueSize === "number" ? handle.writeQueueSize : 0;
}
