/** Questions to other nodes about members, and the parts of their answers. */
import type { Clock, Timer } from "../node/index.js";
import type { ClusterMembers, RoomMember } from "./interface.js";
import type { Answer } from "./message.js";

/** The largest number of members in one part of an answer. Engines limit messages, often to a megabyte. */
const MEMBERS_PER_PART = 500;

/** A question that waits for answers. */
interface Waiting {
  readonly missing: Set<string>;
  readonly members: Map<string, RoomMember>;
  /** Whether it waits for the whole time, because the nodes are not known. */
  readonly isOpenEnded: boolean;
  readonly finish: () => void;
  readonly timer: Timer;
}

/** All parts of an answer, put together. */
interface WholeAnswer {
  readonly asOf: number;
  readonly members: ReadonlyMap<string, readonly RoomMember[]>;
}

/** Questions to other nodes that wait for answers. */
export class ClusterQuestions {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  /** The parts that have come so far, by node and question. */
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
   * @param expected - The nodes that should answer. When all have, the promise resolves at once,
   *   unless the question is open-ended: then any node may answer within the whole time.
   * @returns A promise of the answers that came in time. Never rejects.
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

  /** Takes a part of an answer. @returns The whole answer with the last part; `undefined` before. */
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

  /** Forgets the parts of a node that has gone. It stays among the missing nodes. */
  nodeLeft(nodeId: string): void {
    this.#parts.delete(nodeId);
  }

  /** Resolves all questions with the answers so far. */
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

/** Cuts an answer into parts that engines take. */
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

/** Puts small rooms together. Gives at least one group. */
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
