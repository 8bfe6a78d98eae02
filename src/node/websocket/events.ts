/** The events of a WebSocket and their handlers (WHATWG WebSockets §6, HTML §8.1.8, §9), as Web IDL has them. */
import { Buffer } from "node:buffer";

// Node 20 has no CloseEvent, no ErrorEvent and half a MessageEvent.

/** What every event can be made with; Node's types have no name for it. */
type EventInit = NonNullable<ConstructorParameters<typeof Event>[1]>;

interface CloseEventInit extends EventInit {
  readonly code?: number;
  readonly reason?: string;
  readonly wasClean?: boolean;
}

/** A connection has ended. */
export interface CloseEvent extends Event {
  /** What the peer's Close frame said; 1005 when it had no code, 1006 when none came. */
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
  /** Why. Browsers do not tell; here it is a HandshakeError, a ProtocolError or a TransportError. */
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
    this.#code = Number(code) & 0xffff; // an unsigned short; 0 of what is no number
    this.#reason = Buffer.from(toDomString(reason)).toString(); // lone surrogates are none in a USVString
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

/** The types describe Node 20; later versions have more of what the standard defines. */
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

/** What {@link OwnMessageEvent.initMessageEvent} puts in the place of what was there. */
type MessageValues = Pick<MessageEvent, "data" | "origin" | "lastEventId" | "source" | "ports">;

/** What a message comes with that has not come through a port. */
const NO_PORTS: MessageEvent["ports"] = Object.freeze([]);

/** The phase of an event that nobody is told of just now: `Event.NONE`. */
const NOT_DISPATCHED = 0;

/** The MessageEvent of the standard and of later versions of Node, as one of Node 20's, which lacks half of it. */
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

  /** Makes another event of one that is not being dispatched: what the standard keeps for old programs. */
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

/** Node 20's class has accessors, and no class string. That of Deno has fields in their place, which nothing can stand in for. */
const IS_HALF: boolean =
  !Object.hasOwn(MessageEvent.prototype, Symbol.toStringTag) &&
  Object.getOwnPropertyDescriptor(MessageEvent.prototype, "data")?.get !== undefined;

/** A message has come. The event is of the platform's class, unless that lacks half of the standard's. */
export function messageEvent(data: unknown, origin: string): MessageEvent {
  const Class = IS_HALF ? OwnMessageEvent : MessageEvent;
  return new Class("message", { data, origin });
}

/** Which event comes under which name. */
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

/** An EventTarget of which TypeScript knows which event comes under which name. */
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

/** @throws {TypeError} As for everything that is called without an argument it needs. */
export function requireArgument(name: string, count: number): void {
  if (count === 0) throw new TypeError(`${name} needs an argument`);
}

/** As a DOMString is made of any value. @throws {TypeError} Of a symbol none is. */
export function toDomString(value: unknown): string {
  if (typeof value === "symbol") throw new TypeError("a symbol is no string");
  return String(value);
}

/**
 * What an event handler attribute holds. The type of a method, and silent about `this`, so that
 * a socket is assignable to the WebSocket of TypeScript's DOM.
 */
export type EventHandler<E extends Event> = { handle(event: E): unknown }["handle"] | null;

/** An event handler attribute such as `onopen` (HTML §8.1.8.1): it calls one function, that can be replaced. */
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
   * A function in the place of another is called when that would have been, among all
   * listeners. An object is kept, but not called; anything else is like null.
   */
  set(handler: EventHandler<E>): void {
    const isHandler = typeof handler === "function" || typeof handler === "object";
    if (isHandler && handler !== null) this.#target.addEventListener(this.#type, this); // once, however often it is added
    else this.#target.removeEventListener(this.#type, this);
    this.#handler = isHandler ? handler : null;
  }

  /** As EventTarget calls a listener that is an object. */
  handleEvent(event: E): void {
    if (typeof this.#handler === "function") this.#handler.call(this.#target, event);
  }
}
