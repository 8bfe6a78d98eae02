import type { Clock, Timer } from "../node/index.js";
import type { ClusterMembers, RoomMember } from "./local.js";
import type { Answer } from "./message.js";

/** How many members go into one part of an answer: engines have limits, and a megabyte is a common one. */
const MEMBERS_PER_PART = 500;

/** One who waits for answers about a room. */
interface Waiting {
  readonly missing: Set<string>;
  readonly members: Map<string, RoomMember>;
  /** Waits for the time to pass, whoever has answered. */
  readonly isOpenEnded: boolean;
  readonly finish: () => void;
  readonly timer: Timer;
}

/** An answer of several parts, put together. */
export interface WholeAnswer {
  readonly asOf: number;
  readonly members: ReadonlyMap<string, readonly RoomMember[]>;
}

/** Questions to other nodes, and those who wait for the answers. */
export class ClusterQuestions {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  /** Parts that have come, by node and question. */
  readonly #parts = new Map<string, Map<number, Map<string, RoomMember[]>>>();
  #latestId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  nextId(): number {
    return ++this.#latestId;
  }

  /**
   * Collects the answers to question `id`.
   *
   * @param expected - Who is to answer. When all have, there is no further waiting,
   * unless nobody is expected: then whoever answers in time is welcome.
   * @returns A promise that never rejects: by the time it resolves with who has answered.
   */
  collect(
    id: number,
    expected: ReadonlySet<string>,
    { timeoutMs, isOpenEnded }: { readonly timeoutMs: number; readonly isOpenEnded: boolean },
  ): Promise<ClusterMembers> {
    return new Promise((resolve) => {
      const missing = new Set(expected);
      const members = new Map<string, RoomMember>();
      const finish = (): void => {
        this.#waiting.get(id)?.timer.cancel();
        this.#waiting.delete(id);
        resolve({ members: [...members.values()], missingNodes: [...missing] });
      };
      const timer = this.#clock.setTimer(finish, timeoutMs);
      this.#waiting.set(id, { missing, members, isOpenEnded, finish, timer });
      if (missing.size === 0 && !isOpenEnded) finish();
    });
  }

  /** Takes a part of an answer. @returns All of it with the last part; `undefined` before. */
  answered(nodeId: string, { id, rooms, part, asOf }: Answer): WholeAnswer | undefined {
    const answers = this.#parts.get(nodeId) ?? new Map<number, Map<string, RoomMember[]>>();
    const whole = answers.get(id) ?? new Map<string, RoomMember[]>();
    for (const { room, members } of rooms) {
      whole.set(room, [...(whole.get(room) ?? []), ...members]);
    }
    if (part === "more") {
      this.#parts.set(nodeId, answers.set(id, whole));
      return undefined;
    }
    answers.delete(id);
    if (answers.size === 0) this.#parts.delete(nodeId);
    this.#complete(nodeId, id, whole);
    return { asOf, members: whole };
  }

  /** The node will not answer any more: it stays on the lists of those who are missing. */
  nodeLeft(nodeId: string): void {
    this.#parts.delete(nodeId);
  }

  /** Ends all waiting with what has come. */
  close(): void {
    for (const { finish } of this.#waiting.values()) finish();
  }

  #complete(nodeId: string, id: number, whole: ReadonlyMap<string, readonly RoomMember[]>): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    for (const members of whole.values()) {
      for (const member of members) waiting.members.set(member.id, member);
    }
    waiting.missing.delete(nodeId);
    if (waiting.missing.size === 0 && !waiting.isOpenEnded) waiting.finish();
  }
}

/** Cuts an answer into parts that an engine takes. */
export function answersTo(
  id: number,
  rooms: readonly { readonly room: string; readonly members: readonly RoomMember[] }[],
  asOf: number,
): Answer[] {
  const parts = rooms.flatMap(({ room, members }) => {
    const count = Math.max(1, Math.ceil(members.length / MEMBERS_PER_PART));
    return Array.from({ length: count }, (_, index) => {
      const start = index * MEMBERS_PER_PART;
      return { room, members: members.slice(start, start + MEMBERS_PER_PART) };
    });
  });
  const grouped = groupByMembers(parts);
  return grouped.map((group, index) => ({
    type: "answer",
    id,
    rooms: group,
    part: index === grouped.length - 1 ? "last" : "more",
    asOf,
  }));
}

/** Small rooms go together; at least one group comes out. */
function groupByMembers<Part extends { readonly members: readonly unknown[] }>(
  parts: readonly Part[],
): Part[][] {
  const groups: Part[][] = [[]];
  let count = 0;
  for (const part of parts) {
    if (count > 0 && count + part.members.length > MEMBERS_PER_PART) {
      groups.push([]);
      count = 0;
    }
    groups.at(-1)?.push(part);
    count += part.members.length;
  }
  return groups;
}
