/** The events of a WebSocket (WHATWG WebSockets §6, HTML §9). Node 20 has no CloseEvent and no ErrorEvent of its own. */

/** What every event can be made with; Node's types have no name for it. */
type EventInit = NonNullable<ConstructorParameters<typeof Event>[1]>;

export interface CloseEventInit extends EventInit {
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

export interface ErrorEventInit extends EventInit {
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

  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;

  constructor(type: string, init: CloseEventInit = {}) {
    super(type, init);
    this.code = init.code ?? 0;
    this.reason = init.reason ?? "";
    this.wasClean = init.wasClean ?? false;
  }
}

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

/** Which event comes under which name. */
export interface WebSocketEventMap {
  open: Event;
  message: MessageEvent;
  error: ErrorEvent;
  close: CloseEvent;
}

/** An event handler attribute such as `onopen` (HTML §8.1.8.1): it calls one function, that can be replaced. */
export class HandlerAttribute<Target extends EventTarget, E extends Event> {
  readonly #target: Target;
  readonly #type: string;
  #handler: ((this: Target, event: E) => unknown) | null = null;

  constructor(target: Target, type: string) {
    this.#target = target;
    this.#type = type;
  }

  get(): ((this: Target, event: E) => unknown) | null {
    return this.#handler;
  }

  /**
   * A function in the place of another is called when that would have been, among all
   * listeners. An object is kept, but not called; anything else is like null.
   */
  set(handler: ((this: Target, event: E) => unknown) | null): void {
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
