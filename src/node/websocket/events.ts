/** The events of a WebSocket and their handlers (WHATWG WebSockets §6, HTML §8.1.8, §9), as Web IDL has them. */
import { Buffer } from "node:buffer";

// Node 20 has no CloseEvent, no ErrorEvent and half a MessageEvent.

/** The options of every event; Node's types have no name for them. */
type EventInit = NonNullable<ConstructorParameters<typeof Event>[1]>;

interface CloseEventInit extends EventInit {
  readonly code?: number;
  readonly reason?: string;
  readonly wasClean?: boolean;
}

/** A connection has ended. */
export interface CloseEvent extends Event {
  /** The code of the peer's Close frame; 1005 when it had none, 1006 when no Close frame came. */
  readonly code: number;
  readonly reason: string;
  /** Whether the closing handshake was complete. */
  readonly wasClean: boolean;
}

interface ErrorEventInit extends EventInit {
  readonly message?: string;
  readonly error?: unknown;
}

/** A connection has failed. */
export interface ErrorEvent extends Event {
  readonly message: string;
  /** The reason, which browsers do not tell: a HandshakeError, a ProtocolError or a TransportError. */
  readonly error: unknown;
}

interface EventConstructor<E extends Event, Init extends EventInit> {
  readonly prototype: E;
  new (type: string, init?: Init): E;
}

class OwnCloseEvent extends Event implements CloseEvent {
  static {
    Object.defineProperty(this, "name", { value: "CloseEvent" });
  }

  readonly #code: number;
  readonly #reason: string;
  readonly #wasClean: boolean;

  constructor(type: string, init: CloseEventInit = {}) {
    // oxlint-disable-next-line prefer-rest-params -- Web IDL tells none from undefined
    requireArgument("new CloseEvent", arguments.length);
    super(type, init);
    const { code, reason = "", wasClean }: CloseEventInit = init ?? {};
    this.#code = Number(code) & 0xffff; // an unsigned short; 0 for a value that is no number
    this.#reason = Buffer.from(toDomString(reason)).toString(); // a USVString has no lone surrogates
    this.#wasClean = Boolean(wasClean);
  }

  get wasClean(): boolean {
    return this.#wasClean;
  }

  get code(): number {
    return this.#code;
  }

  get reason(): string {
    return this.#reason;
  }
}
defineInterface("CloseEvent", OwnCloseEvent);

class OwnErrorEvent extends Event implements ErrorEvent {
  static {
    Object.defineProperty(this, "name", { value: "ErrorEvent" });
  }

  readonly message: string;
  readonly error: unknown;

  constructor(type: string, init: ErrorEventInit = {}) {
    super(type, init);
    this.message = init.message ?? "";
    this.error = init.error ?? null;
  }
}

/** Classes that later versions of Node have; the types describe Node 20. */
interface MaybeGlobals {
  readonly Event: unknown;
  readonly CloseEvent?: EventConstructor<CloseEvent, CloseEventInit>;
  readonly ErrorEvent?: EventConstructor<ErrorEvent, ErrorEventInit>;
}

const globals: MaybeGlobals = globalThis;

/** The platform's own where it has one, so that `instanceof` works with either name. */
export const CloseEvent: EventConstructor<CloseEvent, CloseEventInit> =
  globals.CloseEvent ?? OwnCloseEvent;

/** The platform's own where it has one. */
export const ErrorEvent: EventConstructor<ErrorEvent, ErrorEventInit> =
  globals.ErrorEvent ?? OwnErrorEvent;

/** The values that {@link OwnMessageEvent.initMessageEvent} replaces. */
type MessageValues = Pick<MessageEvent, "data" | "origin" | "lastEventId" | "source" | "ports">;

/** The ports of a message that did not come through a port. */
const NO_PORTS: MessageEvent["ports"] = Object.freeze([]);

/** `Event.NONE`: the phase of an event that is not being dispatched. */
const NOT_DISPATCHED = 0;

/** The MessageEvent of the standard, for Node 20, whose own class lacks half of it. */
class OwnMessageEvent extends MessageEvent<unknown> {
  static {
    Object.defineProperty(this, "name", { value: "MessageEvent" });
  }

  #replaced: MessageValues | undefined;

  constructor(type: string, init: ConstructorParameters<typeof MessageEvent>[1] = {}) {
    // oxlint-disable-next-line prefer-rest-params -- Web IDL tells none from undefined
    requireArgument("new MessageEvent", arguments.length);
    super(type, init);
  }

  override get data(): unknown {
    return this.#replaced === undefined ? super.data : this.#replaced.data;
  }

  override get origin(): string {
    return this.#replaced === undefined ? super.origin : this.#replaced.origin;
  }

  override get lastEventId(): string {
    return this.#replaced === undefined ? super.lastEventId : this.#replaced.lastEventId;
  }

  override get source(): MessageEvent["source"] {
    return this.#replaced === undefined ? super.source : this.#replaced.source;
  }

  override get ports(): MessageEvent["ports"] {
    return this.#replaced === undefined ? NO_PORTS : this.#replaced.ports;
  }

  /** Gives new values to an event that is not being dispatched. The standard keeps this method for old programs. */
  override initMessageEvent(
    type: string,
    ...[
      bubbles = false,
      cancelable = false,
      data = null,
      origin = "",
      lastEventId = "",
      source = null,
      ports = [],
    ]: Rest<Parameters<MessageEvent["initMessageEvent"]>>
  ): void {
    // oxlint-disable-next-line prefer-rest-params -- Web IDL tells none from undefined
    requireArgument("initMessageEvent", arguments.length);
    if (this.eventPhase !== NOT_DISPATCHED) return;
    this.initEvent(type, bubbles, cancelable);
    this.#replaced = { data, origin, lastEventId, source, ports: Object.freeze([...ports]) };
  }
}
defineInterface("MessageEvent", OwnMessageEvent);

type Rest<Values extends readonly unknown[]> = Values extends readonly [unknown, ...infer Others]
  ? Others
  : never;

/** Node 20's class has accessors and no class string. Deno's class has fields, which a derived class cannot replace. */
const IS_HALF: boolean =
  !Object.hasOwn(MessageEvent.prototype, Symbol.toStringTag) &&
  Object.getOwnPropertyDescriptor(MessageEvent.prototype, "data")?.get !== undefined;

/** Makes the event of a message. It is of the platform's class, unless that class lacks half of the standard. */
export function messageEvent(data: unknown, origin: string): MessageEvent {
  const Class = IS_HALF ? OwnMessageEvent : MessageEvent;
  return new Class("message", { data, origin });
}

/** The class of each event, by its name. */
export interface WebSocketEventMap {
  open: Event;
  message: MessageEvent;
  error: ErrorEvent;
  close: CloseEvent;
}

type Listen = EventTarget["addEventListener"];
type Unlisten = EventTarget["removeEventListener"];
type Listener<Target, Name extends keyof WebSocketEventMap> = (
  this: Target,
  event: WebSocketEventMap[Name],
) => unknown;

/** An EventTarget whose listeners have types by the name of the event. */
export interface WebSocketTarget extends EventTarget {
  addEventListener<Name extends keyof WebSocketEventMap>(
    type: Name,
    listener: Listener<this, Name>,
    options?: Parameters<Listen>[2],
  ): void;
  addEventListener(...parameters: Parameters<Listen>): void;
  removeEventListener<Name extends keyof WebSocketEventMap>(
    type: Name,
    listener: Listener<this, Name>,
    options?: Parameters<Unlisten>[2],
  ): void;
  removeEventListener(...parameters: Parameters<Unlisten>): void;
}

export const WebSocketTarget: new () => WebSocketTarget = EventTarget;

/**
 * Makes the members of a class enumerable, and gives its objects their class string,
 * `[object Name]`: libraries that copy or wrap an object look for both.
 */
export function defineInterface(name: string, { prototype }: { readonly prototype: object }): void {
  for (const member of Object.getOwnPropertyNames(prototype)) {
    if (member !== "constructor") Object.defineProperty(prototype, member, { enumerable: true });
  }
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
}

/** @throws {TypeError} The argument is missing; Web IDL wants this error. */
export function requireArgument(name: string, count: number): void {
  if (count === 0) throw new TypeError(`${name} needs an argument`);
}

/** Makes a DOMString of any value. @throws {TypeError} The value is a symbol. */
export function toDomString(value: unknown): string {
  if (typeof value === "symbol") throw new TypeError("a symbol is no string");
  return String(value);
}

/**
 * The value of an event handler attribute. It has the type of a method and does not name `this`, so
 * that a socket is assignable to the WebSocket of TypeScript's DOM.
 */
export type EventHandler<E extends Event> = { handle(event: E): unknown }["handle"] | null;

/** An event handler attribute such as `onopen` (HTML §8.1.8.1): it calls one function, which can be replaced. */
export class HandlerAttribute<E extends Event> {
  readonly #target: EventTarget;
  readonly #type: string;
  #handler: EventHandler<E> = null;

  constructor(target: EventTarget, type: string) {
    this.#target = target;
    this.#type = type;
  }

  get(): EventHandler<E> {
    return this.#handler;
  }

  /**
   * A new function takes the place of the old one in the order of listeners. An object is kept, but
   * not called; any other value is like null.
   */
  set(handler: EventHandler<E>): void {
    const isHandler = typeof handler === "function" || typeof handler === "object";
    if (isHandler && handler !== null) this.#target.addEventListener(this.#type, this); // adding it again changes nothing
    else this.#target.removeEventListener(this.#type, this);
    this.#handler = isHandler ? handler : null;
  }

  /** EventTarget calls this method of a listener that is an object. */
  handleEvent(event: E): void {
    if (typeof this.#handler === "function") this.#handler.call(this.#target, event);
  }
}
