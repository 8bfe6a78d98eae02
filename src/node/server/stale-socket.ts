/** Files of Unix sockets that a process has left behind when it was killed. */
import { type BigIntStats, lstatSync, unlinkSync } from "node:fs";
import net from "node:net";
import { codeOf } from "../connection/transport-error.js";

/**
 * Removes the file of a Unix socket that nobody listens on, so that a server can listen there
 * again. Other files, and sockets that somebody listens on, stay: it asks by connecting. Whoever
 * listens in the same turn in which this resolves is the first to do so in this process.
 *
 * @returns Whether there is nothing in the way now.
 */
export async function removeStaleSocket(path: string): Promise<boolean> {
  try {
    const before = lstatSync(path, { bigint: true });
    if (!before.isSocket() || (await hasListener(path))) return false;
    if (!isSame(before, lstatSync(path, { bigint: true }))) return false; // who was faster listens now
    unlinkSync(path);
    return true;
  } catch (error) {
    return codeOf(error) === "ENOENT"; // somebody else has removed it
  }
}

/** The number of a file alone may be that of one removed just before. */
function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return one.dev === other.dev && one.ino === other.ino && one.ctimeNs === other.ctimeNs;
}

/** Anything but a plain refusal may mean that somebody is there: one whose queue is full, or whose socket is not for us. */
function hasListener(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => resolve(codeOf(error) !== "ECONNREFUSED"));
  });
}
