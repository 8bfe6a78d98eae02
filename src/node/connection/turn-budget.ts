/** The budget of decompression that all connections of the process share in one turn of the event loop. */
import { AsyncResource } from "node:async_hooks";

/**
 * A compressed message takes a thousandth of the bytes it becomes, so one read of 64 KiB can hold the
 * work of half a second. All connections draw on one budget: a budget for each connection would let
 * many of them add up to the same stall. When the budget is spent, every connection that can decompress
 * waits for its next turn, in order. Connections without compression never wait.
 *
 * Measured with one read of 62 messages that become 1 MiB each: 64 KiB and 256 KiB give the same
 * longest turn, that of one message; 1 MiB gives twice as long a turn. No cost for other traffic
 * was found: the budget is counted on from turn to turn, so that only every 256 KiB take a turn more.
 */
const BYTES_A_TURN = 256 * 1024;

/** A connection that goes on in a later turn. */
export interface TurnUser {
  readonly pump: () => void;
}

let spentBytes = 0;
let waiting = new Map<TurnUser, () => void>();

/** Charges what was decompressed just now. The message that overdraws the budget is the last of the turn. */
export function chargeTurn(bytes: number): void {
  spentBytes += bytes;
}

/** Charges a whole turn: for a message that failed, whose work was not counted. */
export function chargeWholeTurn(): void {
  spentBytes += BYTES_A_TURN;
}

/** Whether nothing more is to be decompressed in this turn. */
export function isTurnSpent(): boolean {
  return spentBytes >= BYTES_A_TURN;
}

/** Pumps `user` in a later turn, behind all that wait already. Does nothing for a user that waits. */
export function waitForTurn(user: TurnUser): void {
  if (waiting.has(user)) return;
  if (waiting.size === 0) startSoon();
  // Listeners are called in the asynchronous context of their own connection.
  const pump = (): void => user.pump();
  waiting.set(user, AsyncResource.bind(pump, "plainsocket.turn"));
}

function startSoon(): void {
  nobody.runInAsyncScope(() => setImmediate(startTurn));
}

function startTurn(): void {
  spentBytes = 0;
  const ready = waiting;
  waiting = new Map();
  try {
    for (const [user, pump] of ready) {
      if (isTurnSpent()) break;
      ready.delete(user);
      pump();
    }
  } finally {
    // Connections that wait longest stay in front. This runs also when one has thrown.
    if (ready.size > 0 && waiting.size === 0) startSoon();
    waiting = new Map([...ready, ...waiting]);
  }
}

/** The connection that waits first must not lend its asynchronous context to those behind it. */
const nobody = new AsyncResource("plainsocket.startTurn");
