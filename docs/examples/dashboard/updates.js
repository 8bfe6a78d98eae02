/**
 * The one connection of a page to the server's updates, for all parts of the page: the
 * first part that subscribes opens it, and the last part that unsubscribes closes it.
 */
const MAX_ATTEMPTS = 5;
const FIRST_DELAY_MS = 1_000;

export class Updates {
  #url;
  #WebSocket;
  #socket;
  #timer;
  #attempts = 0;
  /** Handlers by project; "" stands for all projects. */
  #handlers = new Map();
  #stateHandlers = new Set();
  state = "closed";

  constructor(url, WebSocket = globalThis.WebSocket) {
    this.#url = url;
    this.#WebSocket = WebSocket;
  }

  /** Opens the connection. Does nothing while there is one, or while a new attempt waits. */
  connect() {
    if (this.#socket !== undefined || this.#timer !== undefined) return;
    this.#attempts = 0;
    this.#open();
  }

  /** Calls `handler` for updates of a project and for updates for everybody. @returns A function that removes it. */
  subscribe(projectId, handler) {
    const handlers = this.#handlers.get(projectId) ?? new Set();
    this.#handlers.set(projectId, handlers.add(handler));
    if (handlers.size === 1) this.#send("watch_project", projectId);
    this.connect();
    return () => {
      if (!handlers.delete(handler) || handlers.size > 0) return;
      this.#handlers.delete(projectId);
      this.#send("unwatch_project", projectId);
      if (this.#handlers.size === 0) this.close();
    };
  }

  /** Calls `handler` with each new state: connecting, open, waiting, closed, or failed. */
  onState(handler) {
    this.#stateHandlers.add(handler);
    handler(this.state);
  }

  close() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(1000);
    this.#become("closed");
  }

  #open() {
    const socket = new this.#WebSocket(this.#url);
    this.#socket = socket;
    this.#become("connecting");
    socket.onopen = () => {
      this.#attempts = 0;
      for (const projectId of this.#handlers.keys()) this.#send("watch_project", projectId);
      this.#become("open");
    };
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#tryAgain();
    };
  }

  /** Connects again after 1 s, 2 s, 4 s, 8 s and 16 s; then it gives up. */
  #tryAgain() {
    if (this.#attempts === MAX_ATTEMPTS) return this.#become("failed");
    const delayMs = FIRST_DELAY_MS * 2 ** this.#attempts++;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#open();
    }, delayMs);
    return this.#become("waiting");
  }

  #receive(update) {
    const { project_id: projectId } = update;
    const handlers =
      projectId === undefined ? this.#handlers.values() : [this.#handlers.get(projectId) ?? []];
    for (const handler of new Set(Array.from(handlers, (some) => [...some]).flat()))
      handler(update);
  }

  #send(type, projectId) {
    if (this.#socket?.readyState !== 1) return;
    this.#socket.send(JSON.stringify({ type, project_id: projectId }));
  }

  #become(state) {
    this.state = state;
    for (const handler of this.#stateHandlers) handler(state);
  }
}
