/**
 * What the cases of the table work with. {@link makeEnvironment} uses nothing from outside of itself: its source is
 * also sent to a page in a browser, and run there.
 */

/** As much of the WebSocket interface as the cases touch. */
export interface Socket {
  readonly url: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  readonly protocol: string;
  readonly extensions: string;
  binaryType: string;
  onopen: unknown;
  onmessage: unknown;
  onerror: unknown;
  onclose: unknown;
  readonly send: (...data: unknown[]) => void;
  readonly close: (...codeAndReason: unknown[]) => void;
  readonly addEventListener: (type: string, listener: (event: SocketEvent) => void) => void;
}

export interface SocketEvent {
  readonly type: string;
  readonly target: unknown;
  readonly bubbles: boolean;
  readonly cancelable: boolean;
  readonly data?: unknown;
  readonly origin?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly wasClean?: boolean;
  readonly lastEventId?: string;
  readonly source?: unknown;
  readonly ports?: readonly unknown[];
  readonly initMessageEvent?: (...values: unknown[]) => void;
}

/** What an interface looks like from outside; see {@link Environment.shapeOf}. */
export interface Shape {
  readonly name: string;
  readonly length: number;
  readonly parent: string;
  readonly classString: string;
  /** Of `@@toStringTag`: value, writable, enumerable, configurable. */
  readonly tag: string;
  readonly constructorIsEnumerable: boolean;
  /** The enumerable ones of the prototype, in alphabetical order. */
  readonly members: readonly string[];
}

export type SocketConstructor = new (...urlAndProtocols: unknown[]) => Socket;

/** Where the servers are, such as `ws://127.0.0.1:1234`. */
export interface Origins {
  /** Our server; see servers.ts for its paths. */
  readonly good: string;
  /** A server that breaks rules, or does what no good server would do at that moment. */
  readonly odd: string;
  /** Nothing listens there. */
  readonly closed: string;
}

export interface Environment extends Origins {
  readonly WebSocket: SocketConstructor;
  /** Opens a socket and waits for `open`. */
  readonly open: (url: string, protocols?: unknown) => Promise<Socket>;
  /** What happens to a socket until it has closed, and for a moment after: one line per event. */
  readonly untilClosed: (socket: Socket) => Promise<string[]>;
  /** The data of the next `count` messages, described. */
  readonly messages: (socket: Socket, count: number) => Promise<string[]>;
  /** The name of what `action` throws, or `"nothing"`. */
  readonly thrown: (action: () => unknown) => string;
  /** `url` of a socket that is given up at once. */
  readonly urlOf: (...urlAndProtocols: unknown[]) => string;
  readonly next: (socket: Socket, type: string) => Promise<SocketEvent>;
  readonly shapeOf: (constructor: Function) => { readonly [Name in keyof Shape]: Shape[Name] };
  /** Makes events of the class that `event` is of. */
  readonly makerOf: (event: SocketEvent) => (...values: unknown[]) => SocketEvent;
}

export function makeEnvironment(WebSocket: SocketConstructor, origins: Origins): Environment {
  const next = (socket: Socket, type: string): Promise<SocketEvent> =>
    new Promise((resolve) => {
      socket.addEventListener(type, resolve);
    });

  const hex = (buffer: ArrayBuffer): string =>
    Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

  const describe = async (data: unknown): Promise<string> => {
    if (typeof data === "string") return `text ${JSON.stringify(data)}`;
    if (data instanceof ArrayBuffer) return `ArrayBuffer ${hex(data)}`;
    if (data instanceof Blob) return `Blob ${hex(await data.arrayBuffer())}`;
    return Object.prototype.toString.call(data);
  };

  const describeEvent = async (event: SocketEvent): Promise<string> => {
    if (event.type === "message") return `message ${await describe(event.data)}`;
    if (event.type !== "close") return event.type;
    const { code, reason, wasClean } = event;
    return `close ${code} ${JSON.stringify(reason)} ${wasClean ? "clean" : "unclean"}`;
  };

  const open = async (url: string, protocols?: unknown): Promise<Socket> => {
    const socket = protocols === undefined ? new WebSocket(url) : new WebSocket(url, protocols);
    await next(socket, "open");
    return socket;
  };

  const untilClosed = async (socket: Socket): Promise<string[]> => {
    const seen: Promise<string>[] = [];
    for (const type of ["open", "message", "error", "close"]) {
      socket.addEventListener(type, (event) => {
        const { readyState } = socket;
        seen.push(describeEvent(event).then((text) => `${text} @${readyState}`));
      });
    }
    await next(socket, "close");
    // Long enough for what should not come; nothing is waited for that should.
    await new Promise((resolve) => {
      setTimeout(resolve, 30);
    });
    return Promise.all(seen);
  };

  const messages = async (socket: Socket, count: number): Promise<string[]> => {
    const data: unknown[] = [];
    await new Promise<void>((resolve) => {
      socket.addEventListener("message", (event) => {
        data.push(event.data);
        if (data.length === count) resolve();
      });
    });
    return Promise.all(data.map(describe));
  };

  const thrown = (action: () => unknown): string => {
    try {
      action();
      return "nothing";
    } catch (error) {
      return error instanceof Error || error instanceof DOMException ? error.name : String(error);
    }
  };

  const urlOf = (...urlAndProtocols: unknown[]): string => {
    const socket = new WebSocket(...urlAndProtocols);
    socket.close();
    return socket.url;
  };

  const memberOf = (prototype: object, name: string): string => {
    const member = Object.getOwnPropertyDescriptor(prototype, name);
    if (typeof member?.value === "function") return `${name} method of ${member.value.length}`;
    if (member?.get === undefined) return `${name} constant`;
    return `${name} ${member.set === undefined ? "read only" : "attribute"}`;
  };

  const shapeOf = (constructor: Function): Shape => {
    const { prototype } = constructor;
    const tag = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag);
    const descriptor = Object.getOwnPropertyDescriptor(prototype, "constructor");
    // Node 20's own class of the same name may stand between.
    let parent = Object.getPrototypeOf(prototype);
    while (parent.constructor.name === constructor.name) parent = Object.getPrototypeOf(parent);
    return {
      name: constructor.name,
      length: constructor.length,
      parent: parent.constructor.name,
      classString: Object.prototype.toString.call(prototype),
      tag: [tag?.value, tag?.writable, tag?.enumerable, tag?.configurable].join(" "),
      constructorIsEnumerable: descriptor?.enumerable === true,
      members: Object.keys(prototype)
        .sort()
        .map((name) => memberOf(prototype, name)),
    };
  };

  const makerOf =
    (event: SocketEvent) =>
    (...values: unknown[]): SocketEvent =>
      Reflect.construct(event.constructor, values);

  const base = { WebSocket, ...origins, open, untilClosed, messages, thrown, urlOf, next };
  return { ...base, shapeOf, makerOf };
}
