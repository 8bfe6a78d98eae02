/** The intake: connections come to a manager here, and leave it. */
import { createConnectionId } from "../cluster/index.js";
import type {
  Clock,
  CloseInfo,
  Timer,
  WebSocketConnection,
  WebSocketServer,
} from "../node/index.js";
import { CloseCode, ReadyState } from "../protocol/index.js";
import { Admission } from "./admission.js";
import { ManagedConnection, type Roster } from "./roster.js";
import type { Announce } from "./manager-events.js";
import type { ResolvedManagerOptions } from "./manager-options.js";
import { MessageGate } from "./message-gate.js";
import type { MetricsRecorder } from "./metrics/recorder.js";
import type { Rooms } from "./rooms.js";

interface IntakeOptions<Data> {
  readonly nodeId: string;
  readonly options: ResolvedManagerOptions<Data>;
  readonly roster: Roster<Data>;
  readonly rooms: Rooms<Data>;
  readonly recorder: MetricsRecorder;
  readonly announce: Announce<Data>;
  /** Tells whether the manager has listeners for this event of its connections. */
  readonly wants: (name: "message" | "close") => boolean;
}

/** Code and reason for connections that come after the shutdown began. */
interface ClosingStatus {
  readonly code: number;
  readonly reason: string;
}

export class Intake<Data> {
  readonly #parts: IntakeOptions<Data>;
  readonly #admission: Admission;
  readonly #gate: MessageGate<Data>;
  /** Functions that detach the manager from its servers. */
  readonly #detach: (() => void)[] = [];
  /** Set by {@link stop}. */
  #closing: ClosingStatus | undefined;

  constructor(parts: IntakeOptions<Data>) {
    const { options, announce, recorder } = parts;
    this.#parts = parts;
    this.#admission = new Admission({
      ...options,
      onRefused: (limit) => void announce(undefined, "refused", limit),
    });
    this.#gate = new MessageGate({
      ...options,
      check: options.authenticateFirst?.check,
      onLimited: ({ connection }, action) => {
        recorder.rateLimited(action);
        void announce(connection, "rateLimited", connection, action);
      },
      onAuthenticated: (managed) => {
        const { connection, id } = managed;
        this.#authenticated(managed);
        return announce(connection, "authenticated", connection, id);
      },
    });
  }

  /** Takes the connections that a server has, and those that come to it from now on. */
  attach(server: WebSocketServer<Data>): void {
    const removeGuard = server.addGuard(this.#admission.guard);
    const enter = (connection: WebSocketConnection<Data>): void => {
      this.#enter(connection, () => {});
    };
    for (const connection of server.connections) {
      if (connection.readyState !== ReadyState.OPEN) continue;
      this.#enter(connection, this.#admission.take(connection.remoteAddress));
    }
    this.#parts.recorder.watch(server);
    server.on("connection", enter);
    this.#detach.push(() => {
      removeGuard();
      server.off("connection", enter);
    });
  }

  /** From now on {@link add} closes connections with this code and reason. A second call does nothing. */
  stop(closing: ClosingStatus): void {
    this.#closing ??= closing;
  }

  /** Detaches the manager from its servers. It keeps its connections. */
  detachAll(): void {
    for (const detach of this.#detach.splice(0)) detach();
  }

  /** @returns The id; `undefined` when the connection is closing or closed, for example because of a limit. */
  add(connection: WebSocketConnection<Data>): string | undefined {
    const known = this.#parts.roster.of(connection);
    if (known !== undefined) return known.id;
    if (connection.readyState !== ReadyState.OPEN) return undefined;
    if (this.#closing !== undefined) {
      connection.close(this.#closing.code, this.#closing.reason);
      return undefined;
    }
    const { remoteAddress } = connection;
    const limit = this.#admission.limitFor(remoteAddress);
    if (limit === undefined) return this.#enter(connection, this.#admission.take(remoteAddress));
    const { code, reason } = this.#admission.closeAnswerFor(limit);
    connection.close(code, reason);
    return undefined;
  }

  /** Sends the messages of a connection to listeners of the manager. */
  listen(managed: ManagedConnection<Data>): void {
    if (managed.isForwarding) return;
    managed.isForwarding = true;
    const { connection } = managed;
    const { announce, recorder, options } = this.#parts;
    const { now } = options.clock;
    connection.on("message", (message, isText) => {
      const startedAt = now();
      const pending = announce(connection, "message", connection, message, isText);
      return recorder.handled(pending, now, startedAt);
    });
  }

  /**
   * Sends the `close` event of a connection to listeners of the manager. Call it only when there are
   * any: on a connection with a `close` listener and without a `message` listener, messages that
   * still wait at its end are dropped.
   */
  listenForClose(managed: ManagedConnection<Data>): void {
    if (managed.isWatched) return;
    managed.isWatched = true;
    const { connection, id } = managed;
    connection.on("close", (info) => {
      void this.#parts.announce(connection, "close", connection, info, id);
    });
  }

  #enter(connection: WebSocketConnection<Data>, release: () => void): string {
    const { nodeId, roster, options, recorder, announce, wants } = this.#parts;
    const id = createConnectionId(nodeId);
    const managed = new ManagedConnection(id, connection, options.clock.now());
    roster.add(managed);
    recorder.opened(connection);
    const ends = [release, ...this.#watchTime(managed)];
    connection.on("end", (info) => {
      for (const end of ends.splice(0)) end();
      this.#leave(managed, info);
    });
    if (options.authenticateFirst === undefined) this.#authenticated(managed);
    this.#gate.watch(managed);
    const greeted = announce(connection, "connection", connection, id);
    const listen = (): void => {
      if (wants("message")) this.listen(managed);
      if (wants("close")) this.listenForClose(managed);
    };
    // The messages wait for the `connection` listeners, and so does the `close` event behind them.
    if (greeted !== undefined) void greeted.then(listen);
    else listen();
    return id;
  }

  /** @returns Functions that end the watch. */
  #watchTime(managed: ManagedConnection<Data>): (() => void)[] {
    const { clock, idleTimeoutMs, authenticateFirst } = this.#parts.options;
    const { connection } = managed;
    const ends: (() => void)[] = [];
    if (idleTimeoutMs !== Infinity) {
      const options = { clock, idleTimeoutMs };
      const close = (): void => {
        const reason = `Idle timeout: no message within idleTimeoutMs ${idleTimeoutMs}`;
        connection.close(CloseCode.GOING_AWAY, reason);
      };
      ends.push(watchIdle(managed, options, close));
    }
    if (authenticateFirst !== undefined) {
      const timer = clock.setTimer(() => {
        if (managed.isAuthenticated) return;
        connection.close(CloseCode.POLICY_VIOLATION, "Authentication timeout");
      }, authenticateFirst.deadlineMs);
      ends.push(() => timer.cancel());
    }
    return ends;
  }

  #authenticated(managed: ManagedConnection<Data>): void {
    const { roster, options } = this.#parts;
    managed.isAuthenticated = true;
    roster.setUser(managed, options.userOf(managed.connection));
  }

  /** Removes a connection whose transport has ended, also when messages of it still wait for a listener. */
  #leave(managed: ManagedConnection<Data>, info: CloseInfo): void {
    const { rooms, roster, recorder, options } = this.#parts;
    const { connection, since } = managed;
    rooms.leaveAll(managed, "closed");
    roster.remove(managed);
    if (info.unreadMessages > 0 || connection.isHandling) roster.remember(managed);
    recorder.closed(connection, info, options.clock.now() - since);
  }
}

/**
 * Calls `onIdle` when no message has come for `idleTimeoutMs`. A message does not set the timer
 * anew; a timer that fires too early does. A connection whose listener is at work is not idle.
 *
 * @returns A function that ends the watch.
 */
function watchIdle<Data>(
  managed: ManagedConnection<Data>,
  { clock, idleTimeoutMs }: { readonly clock: Clock; readonly idleTimeoutMs: number },
  onIdle: () => void,
): () => void {
  let timer: Timer;
  const check = (): void => {
    if (managed.connection.isHandling) managed.lastActiveAt = clock.now();
    const restMs = managed.lastActiveAt + idleTimeoutMs - clock.now();
    if (restMs <= 0) onIdle();
    else timer = clock.setTimer(check, restMs);
  };
  timer = clock.setTimer(check, idleTimeoutMs);
  return () => timer.cancel();
}
