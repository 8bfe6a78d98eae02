/** Notes all that one connection tells its listeners, and what becomes of each message that it sends. */
import type {
  CloseInfo,
  Message,
  MessageOptions,
  SendStatus,
  WebSocketConnection,
} from "../../src/index.js";

/** How an application takes messages: by a listener, by `for await`, or not at all. */
export type Reading = "listener" | "loop" | "nobody";

const SHOWN = 40;

/** A message as a line of a log: short ones in full. */
export function shown(message: Message): string {
  const length = `${message.length}`;
  if (typeof message === "string") {
    return message.length > SHOWN ? `text of ${length}` : `text ${JSON.stringify(message)}`;
  }
  return message.length > SHOWN ? `binary of ${length}` : `binary ${message.toString("hex")}`;
}

export class Witness {
  readonly connection: WebSocketConnection;
  /** Messages, pings and pongs in their order. */
  readonly log: string[] = [];
  readonly closes: CloseInfo[] = [];
  /** What came behind `close`. */
  readonly late: string[] = [];
  /** How often each `send` has told what became of it. */
  readonly fates: number[] = [];
  /** Streams that have not settled. */
  streams = 0;
  /** Of a loop: whether it has ended. */
  isDone = true;
  #hasHadLast = false;

  constructor(connection: WebSocketConnection, reading: Reading = "nobody") {
    this.connection = connection;
    connection.on("ping", (payload) => this.#note(`ping ${payload.toString("hex")}`.trim()));
    connection.on("pong", (payload) => this.#note(`pong ${payload.toString("hex")}`.trim()));
    connection.on("close", (info) => {
      if (this.closes.length > 0) this.late.push("close");
      this.closes.push(info);
    });
    if (reading === "listener") connection.on("message", (message) => this.#note(shown(message)));
    if (reading === "loop") void this.#loop();
    this.#countSends();
    this.#countStreams();
  }

  /** How it ended. */
  get info(): CloseInfo {
    const [info] = this.closes;
    if (info === undefined) throw new Error("it has not ended");
    return info;
  }

  /** Close code, and the code of the error where there is one: `"1006 CLOSE_TIMEOUT"`. */
  get end(): string {
    const { code, error } = this.info;
    return [code, error?.code ?? error?.message].filter((part) => part !== undefined).join(" ");
  }

  /** What is wrong with it now that all is over; nothing, if all is well. */
  get faults(): string[] {
    const faults = this.late.map((event) => `"${event}" behind "close"`);
    if (this.closes.length !== 1) faults.push(`${this.closes.length} "close" events`);
    const untold = this.fates.filter((times) => times !== 1).length;
    if (untold > 0) faults.push(`${untold} of ${this.fates.length} sends not told of once`);
    if (this.streams > 0) faults.push(`${this.streams} streams not settled`);
    if (!this.isDone) faults.push("a loop without end");
    return faults;
  }

  #note(event: string): void {
    (this.closes.length > 0 ? this.late : this.log).push(event);
  }

  async #loop(): Promise<void> {
    this.isDone = false;
    for await (const message of this.connection) {
      // The body of a loop runs in a microtask, and may have been given its message before the end.
      if (this.closes.length > 0 && !this.#hasHadLast) this.log.push(shown(message));
      else this.#note(shown(message));
      this.#hasHadLast = this.closes.length > 0;
    }
    this.isDone = true;
  }

  #countSends(): void {
    const { connection, fates } = this;
    const send = connection.send.bind(connection);
    connection.send = (data: Parameters<typeof send>[0], options?: MessageOptions): SendStatus => {
      const at = fates.length;
      const onWritten = options?.onWritten;
      const told = (error: Parameters<NonNullable<typeof onWritten>>[0]): void => {
        fates[at] = (fates[at] ?? 0) + 1;
        onWritten?.(error);
      };
      const status = send(data, { ...options, onWritten: told }); // what throws has no fate
      fates[at] ??= 0;
      return status;
    };
  }

  #countStreams(): void {
    const { connection } = this;
    const sendStream = connection.sendStream.bind(connection);
    connection.sendStream = (source, options): Promise<SendStatus> => {
      const sending = sendStream(source, options);
      const settled = (): void => void this.streams--;
      this.streams++;
      void sending.then(settled, settled);
      return sending;
    };
  }
}
