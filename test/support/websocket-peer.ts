/** A WebSocket of ours whose server is the test itself, in memory. */
import { WebSocket } from "../../src/node/websocket/websocket.js";
import type { WebSocketInit } from "../../src/node/websocket/arguments.js";
import type { WebSocketEventMap } from "../../src/node/websocket/events.js";
import { memoryPeer, type StubPeer } from "./stub-server.js";
import type { WireFrame } from "./wire-frame.js";

export interface Scene {
  readonly socket: WebSocket;
  readonly peer: StubPeer;
  /** Names of events, and of messages their data, in order. */
  readonly log: unknown[];
}

/** Makes a WebSocket that is connecting: the request is on its way. */
export function connecting(init: WebSocketInit = {}): Scene {
  const { peer, createConnection } = memoryPeer();
  const socket = new WebSocket("ws://test.example/", { createConnection, ...init });
  return { socket, peer, log: logOf(socket) };
}

/** Makes an open WebSocket; `lines` and `frames` come with the response. */
export async function opened(
  init: WebSocketInit = {},
  lines: readonly string[] = [],
  frames: readonly WireFrame[] = [],
): Promise<Scene> {
  const scene = connecting(init);
  const open = event(scene.socket, "open");
  await scene.peer.accept(lines, frames);
  await open;
  return scene;
}

/** Notes the events of `socket`. */
export function logOf(socket: WebSocket): unknown[] {
  const log: unknown[] = [];
  socket.addEventListener("open", () => log.push("open"));
  socket.addEventListener("message", ({ data }) => log.push(data));
  socket.addEventListener("error", () => log.push("error"));
  socket.addEventListener("close", ({ code, reason, wasClean }) => {
    log.push(["close", code, reason, wasClean]);
  });
  return log;
}

/** The next event of a name. */
export function event<Name extends keyof WebSocketEventMap>(
  socket: WebSocket,
  name: Name,
): Promise<WebSocketEventMap[Name]> {
  return new Promise((resolve) => {
    socket.addEventListener(name, (one) => resolve(one), { once: true });
  });
}
