/** The dispatcher: calls the handlers of messages, and answers messages that are refused. */
import type { Envelope, MessageId, Unreadable } from "./envelope.js";
import { type ErrorBody, type ErrorCode, isErrorReply } from "./error-reply.js";
import type { ContractCounters, ResolvedPeerOptions } from "./peer-options.js";
import { callSafely, isPromise, unknownName } from "../input/index.js";
import type { Signal } from "./transport.js";
import { validate, type Validator } from "./validator.js";
import type { Wire } from "./wire.js";

/** A message type of the contract. */
export interface Definition {
  readonly validator: Validator;
  /** The validator of the response, for a request. */
  readonly response: Validator | undefined;
}

/** A message for the application, or one that could not be read. */
export type Dispatched = Extract<Envelope, { readonly kind: "event" | "request" }> | Unreadable;

export interface Context {
  readonly type: string;
  readonly signal: Signal;
}

/** A function of the application. The types of the contract decide its parameters. */
type Callback = (...values: readonly unknown[]) => unknown;

interface DispatcherSetup {
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly options: ResolvedPeerOptions;
  /** A function, or undefined. */
  readonly authorize: unknown;
  readonly wire: Wire;
  /** The refusals that are answered. If both ends answered messages without an id, they would never stop. */
  readonly errorReplies: "to all" | "to requests";
  /** Aborts when the connection has ended. */
  readonly signal: Signal;
  readonly send: (envelope: Envelope) => unknown;
  readonly contextOf: (type: string, signal: Signal) => Context;
}

/** Calls the handlers of the peer's messages, and answers messages that are refused. */
export class Dispatcher {
  readonly #setup: DispatcherSetup;
  readonly #counters: ContractCounters;
  readonly #authorize: Callback | undefined;
  readonly #handlers = new Map<string, readonly Callback[]>();
  /** The peer's requests that have no reply yet. */
  readonly #open = new Map<MessageId, AbortController>();

  constructor(setup: DispatcherSetup) {
    this.#setup = setup;
    this.#counters = setup.options.counters;
    if (setup.authorize === undefined) return;
    requireCallback(setup.authorize, "authorize");
    this.#authorize = setup.authorize;
  }

  /**
   * Adds a handler for a type.
   *
   * @returns A function that removes the handler.
   * @throws {TypeError} The contract has no such type, it is a request that has a handler already, or
   *   `handler` is no function.
   */
  addHandler(type: string, handler: unknown): () => void {
    requireCallback(handler, `the handler of "${type}"`);
    const definition = this.#setup.definitions.get(type);
    if (definition === undefined) {
      throw unknownType("the peer", "type", type, this.#setup.definitions);
    }
    const handlers = this.#handlers.get(type) ?? [];
    if (definition.response !== undefined && handlers.length > 0) {
      throw new TypeError(`"${type}" has a handler: a request can have one response`);
    }
    const own: Callback = (data, context) => handler(data, context);
    this.#handlers.set(type, [...handlers, own]);
    return () => {
      const others = this.#handlers.get(type)?.filter((one) => one !== own) ?? [];
      if (others.length > 0) this.#handlers.set(type, others);
      else this.#handlers.delete(type);
    };
  }

  /** Takes note of a request, so that it can be cancelled before its turn. @returns False when the id is in use. */
  announce(id: MessageId): boolean {
    if (this.#open.has(id)) return false;
    this.#open.set(id, new AbortController());
    return true;
  }

  /** Aborts the request `id`: the peer does not wait for the response any more. */
  cancel(id: MessageId): void {
    this.#open.get(id)?.abort();
  }

  cancelAll(): void {
    for (const controller of this.#open.values()) controller.abort(this.#setup.signal.reason);
  }

  /**
   * Handles a message. Calls handlers within this call when `authorize` and the validator return no
   * promise. Rejects only when a reply cannot be sent.
   */
  async dispatch(message: Dispatched): Promise<void> {
    if (message.kind === "unreadable") {
      this.#refuse(message.code, { details: message.details });
    } else if (message.kind === "event") {
      await this.#handle(message, undefined, this.#setup.signal);
      if (message.seq !== undefined) this.#setup.send({ kind: "ack", seq: message.seq });
    } else {
      const { id } = message;
      const signal = this.#open.get(id)?.signal ?? this.#setup.signal;
      const isCancelled = signal.aborted && !this.#setup.signal.aborted;
      if (!isCancelled) await this.#handle(message, id, signal);
      this.#open.delete(id);
    }
  }

  /** Calls a hook of the application, by its `name`. */
  tell(name: string, hook: () => unknown): void {
    callSafely(hook, (error) => this.report(error, "", name));
  }

  /**
   * Reports an error of the application. `type` is the type of the message, if there is one; `what`
   * names the function that failed.
   */
  report(error: unknown, type: string, what: string): void {
    // A handler that ends because of the signal has not failed.
    if (this.#setup.signal.aborted && error === this.#setup.signal.reason) return;
    this.#counters.handlerErrors++;
    const { onHandlerError } = this.#setup.options;
    const nobodyIsLeft = (): void => {}; // there is no other hook to report to
    callSafely(() => onHandlerError(error, type, `${what} of a ContractPeer`), nobodyIsLeft);
  }

  async #handle(
    { type, data }: Exclude<Dispatched, Unreadable>,
    id: MessageId | undefined,
    signal: Signal,
  ): Promise<void> {
    this.#counters.received++;
    const definition = this.#setup.definitions.get(type);
    if (definition === undefined) return this.#refuse("UNKNOWN_TYPE", { id });
    const isRequest = definition.response !== undefined;
    if (isRequest !== (id !== undefined)) return this.#refuse("INVALID_MESSAGE", { id, type });
    const handlers = this.#handlers.get(type);
    if (handlers === undefined) {
      if (isRequest) return this.#refuse("UNKNOWN_TYPE", { id, type });
      this.#counters.unhandled++;
      return undefined;
    }
    const context = this.#setup.contextOf(type, signal);
    try {
      const allowed = this.#authorize === undefined || this.#authorize(type, context);
      if ((isPromise(allowed) ? await allowed : allowed) !== true) {
        return this.#refuse("FORBIDDEN", { id, type });
      }
    } catch (error) {
      return this.#denied(error, type, id);
    }
    try {
      const validating = validate(definition.validator, data);
      const validation = isPromise(validating) ? await validating : validating;
      if (!validation.isValid) {
        const details = validation.issues.length > 0 ? validation.issues : undefined;
        return this.#refuse("INVALID_MESSAGE", { id, type, details });
      }
      const calls = handlers.map((handler) => this.#call(handler, validation.data, context, id));
      await Promise.all(calls);
    } catch (error) {
      this.#failed(error, { type, id, what: `the validator of "${type}"` });
    }
    return undefined;
  }

  async #call(
    handler: Callback,
    data: unknown,
    context: Context,
    id: MessageId | undefined,
  ): Promise<void> {
    try {
      const result = handler(data, context);
      const response = isPromise(result) ? await result : result;
      if (id === undefined || context.signal.aborted) return;
      this.#setup.send({ kind: "reply", id, data: response });
    } catch (error) {
      const { type } = context;
      this.#failed(error, { type, id, what: `the handler of "${type}"` });
    }
  }

  #denied(error: unknown, type: string, id: MessageId | undefined): void {
    const what = `authorize("${type}")`;
    if (!isErrorReply(error)) {
      this.report(error, type, what);
      return this.#refuse("FORBIDDEN", { id, type });
    }
    this.#counters.forbidden++;
    return this.#failed(error, { type, id, what });
  }

  /** Answers the failure of a handler. The peer sees the error only when it is an {@link ErrorReply}. */
  #failed(error: unknown, failure: Failure): void {
    const { type, id, what } = failure;
    if (isErrorReply(error)) {
      const { code, message, details } = error;
      try {
        this.#setup.send({ kind: "error", id, error: { code, message, type, details } });
      } catch (unsendable) {
        this.#failed(unsendable, failure);
      }
      return;
    }
    this.report(error, type, what);
    this.#reply(id, { ...this.#setup.wire.errorBody("INTERNAL"), type });
  }

  /** Refuses a message: counts it, calls `onRefused`, and answers the peer. */
  #refuse(
    code: ErrorCode,
    about: {
      readonly id?: MessageId | undefined;
      readonly type?: string | undefined;
      readonly details?: unknown;
    },
  ): void {
    this.#count(code);
    const { id, type, details } = about;
    const body = { ...this.#setup.wire.errorBody(code, undefined, details), type };
    this.tell("onRefused", () => this.#setup.options.onRefused(body));
    this.#reply(id, body);
  }

  #reply(id: MessageId | undefined, error: ErrorBody): void {
    if (id === undefined && this.#setup.errorReplies === "to requests") return;
    this.#setup.send({ kind: "error", id, error });
  }

  #count(code: ErrorCode): void {
    if (code === "MALFORMED") this.#counters.malformed++;
    else if (code === "UNKNOWN_TYPE") this.#counters.unknownType++;
    else if (code === "FORBIDDEN") this.#counters.forbidden++;
    else this.#counters.invalid++;
  }
}

/** A failure and its message. */
interface Failure {
  readonly type: string;
  readonly id: MessageId | undefined;
  /** The function that failed, as in {@link Dispatcher.report}. */
  readonly what: string;
}

function requireCallback(value: unknown, name: string): asserts value is Callback {
  if (typeof value !== "function") throw new TypeError(`${name} must be a function`);
}

/**
 * The error for a type that an end does not send.
 *
 * @param kind - What it was to be. A type of the other kind is named as what it is.
 */
export function unknownType(
  owner: string,
  kind: "event" | "request" | "type",
  type: string,
  definitions: ReadonlyMap<string, Definition>,
): TypeError {
  const isOne = ({ response }: Definition): boolean =>
    kind === "type" || (kind === "request") === (response !== undefined);
  const names = Array.from(definitions).flatMap(([name, one]) => (isOne(one) ? [name] : []));
  const known = Object.fromEntries(names.map((name) => [name, true as const]));
  const advice = definitions.has(type)
    ? { [type]: kind === "event" ? "it is a request" : "it is an event" }
    : {};
  return unknownName("sends no", kind, type, { owner, known, advice });
}
