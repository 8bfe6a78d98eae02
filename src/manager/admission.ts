/** The limits on connections of a manager, in all and from one address. */
import { answerAtOnce, checkOptions, type Names } from "../input/index.js";
import {
  type AdmissionGuard,
  checkCloseStatus,
  type GuardVerdict,
  type ServerRequest,
} from "../node/index.js";
import { isValidOnWire } from "../protocol/index.js";

/** A refusal that a page in a browser can read: the server accepts the connection and closes it with this. */
export interface CloseAnswer {
  readonly code: number;
  readonly reason?: string | undefined;
}

const CLOSE_ANSWER: Names<CloseAnswer>["known"] = { code: true, reason: true };

/** The answer to a client when there is no place for it: an HTTP status, or a connection that is closed at once. */
export type FullAnswer = "refuse" | CloseAnswer;

/** A limit that a client can meet before it is connected. */
export type AdmissionLimit = "maxConnections" | "maxConnectionsPerAddress";

interface AdmissionOptions {
  readonly maxConnections: number;
  readonly whenFull: FullAnswer;
  readonly maxConnectionsPerAddress: number;
  readonly whenAddressFull: FullAnswer;
  readonly addressOf: (request: ServerRequest) => string | undefined;
  readonly onRefused: (limit: AdmissionLimit) => void;
}

/** Counts places. A client takes one with its request, and gives it back when its connection has ended. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #byAddress = new Map<string, number>();
  #taken = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Servers ask this guard before `authenticate`. */
  readonly guard: AdmissionGuard = (request) => {
    const address = answerAtOnce("addressOf", this.#options.addressOf(request));
    const limit = this.limitFor(address);
    if (limit !== undefined) return this.#refusal(limit);
    return { type: "admit", release: this.take(address) };
  };

  /** The limit that one more connection from this address would break. Reports it to `onRefused`, too. */
  limitFor(address: string | undefined): AdmissionLimit | undefined {
    const limit = this.#find(address);
    if (limit !== undefined) this.#options.onRefused(limit);
    return limit;
  }

  /** Code and reason for a connection that meets `limit`. */
  closeAnswerFor(limit: AdmissionLimit): { readonly code: number; readonly reason: string } {
    const { whenFull, whenAddressFull } = this.#options;
    const answer = limit === "maxConnections" ? whenFull : whenAddressFull;
    const { code, reason = REASONS[limit] } = answer === "refuse" ? TRY_AGAIN_LATER : answer;
    return { code, reason };
  }

  /** Takes a place. @returns A function that gives the place back; call it once. */
  take(address: string | undefined): () => void {
    const key = address === undefined ? undefined : addressKey(address);
    this.#taken++;
    if (key !== undefined) this.#byAddress.set(key, (this.#byAddress.get(key) ?? 0) + 1);
    return () => {
      this.#taken--;
      if (key === undefined) return;
      const left = (this.#byAddress.get(key) ?? 0) - 1;
      if (left > 0) this.#byAddress.set(key, left);
      else this.#byAddress.delete(key);
    };
  }

  #find(address: string | undefined): AdmissionLimit | undefined {
    const { maxConnections, maxConnectionsPerAddress } = this.#options;
    if (this.#taken >= maxConnections) return "maxConnections";
    if (address === undefined) return undefined;
    const taken = this.#byAddress.get(addressKey(address)) ?? 0;
    return taken >= maxConnectionsPerAddress ? "maxConnectionsPerAddress" : undefined;
  }

  #refusal(limit: AdmissionLimit): GuardVerdict {
    const { whenFull, whenAddressFull } = this.#options;
    const isWhole = limit === "maxConnections";
    const answer = isWhole ? whenFull : whenAddressFull;
    const reason = `the ConnectionManager is at its limit: ${limit} is ${this.#options[limit]}`;
    const refusal = { httpStatus: isWhole ? 503 : 429, body: `${REASONS[limit]}\n`, reason };
    if (answer === "refuse") return { type: "refuse", refusal };
    return { type: "refuse", refusal: { ...refusal, close: this.closeAnswerFor(limit) } };
  }
}

/**
 * The key under which connections from one address are counted. A client with IPv6 can choose
 * from a network of 2^64 addresses, so all addresses with the same first 64 bits share a key.
 * Each IPv4 address has its own, also when it is written as IPv6 (`::ffff:192.0.2.1`).
 */
export function addressKey(address: string): string {
  const text = address.toLowerCase();
  if (!text.includes(":")) return text;
  const dot = text.lastIndexOf(":") + 1;
  if (text.includes(".")) return text.slice(dot);
  const [withoutZone = ""] = text.split("%");
  const [head = "", tail = ""] = withoutZone.split("::");
  const before = groupsOf(head);
  const after = groupsOf(tail);
  const zeros = withoutZone.includes("::") ? Math.max(8 - before.length - after.length, 0) : 0;
  const groups = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  return `${groups.slice(0, 4).join(":")}::/64`;
}

/** The groups of hexadecimal digits, without leading zeros. */
function groupsOf(text: string): string[] {
  if (text === "") return [];
  return text.split(":").map((group) => Number.parseInt(group, 16).toString(16));
}

const TRY_AGAIN_LATER: CloseAnswer = { code: 1013 };

const REASONS: Readonly<Record<AdmissionLimit, string>> = {
  maxConnections: "Too many connections",
  maxConnectionsPerAddress: "Too many connections from this address",
};

/** @throws {TypeError | RangeError} `answer` cannot be given. */
export function fullAnswer(name: string, answer: FullAnswer = "refuse"): FullAnswer {
  if (answer === "refuse") return answer;
  checkOptions(answer, { owner: name, known: CLOSE_ANSWER });
  const { code, reason = "" } = answer;
  if (typeof code !== "number" || !isValidOnWire(code)) {
    throw new TypeError(`${name} must be "refuse", or have a close code that may be sent`);
  }
  try {
    checkCloseStatus(code, reason);
  } catch (cause) {
    throw new RangeError(`${name}.reason has more than 123 bytes as UTF-8`, { cause });
  }
  return answer;
}
