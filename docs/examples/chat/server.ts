/** Chat rooms: see README.md beside this file. */
import { type ObservedFrame, type WebSocketConnection, WebSocketServer } from "plainsocket";
import { type ContractCounters, contractCounters, ErrorReply } from "plainsocket/contract";
import { ConnectionManager, type ManagerOptions } from "plainsocket/manager";
import type { Site } from "../site.js";
import { chat } from "./contract.js";
import { serveStats } from "./stats.js";
import { type Client, type Permission, userFrom } from "./users.js";

export interface ChatOptions extends Pick<ManagerOptions, "clock"> {
  /** The origins whose pages may connect. */
  readonly origins: readonly string[];
  /** Gets the frames of the tab with this number. */
  readonly onFrame: (tab: string, frame: ObservedFrame) => void;
}

type Connection = WebSocketConnection<Client>;
type Manager = ConnectionManager<Client>;

const NEEDED: Readonly<Record<string, Permission>> = {
  join_room: "read",
  leave_room: "read",
  room_message: "write",
};

/** Starts the chat. @returns A function that ends it. */
export function serveChat(site: Site, options: ChatOptions): () => Promise<void> {
  const server = new WebSocketServer<Client>({
    server: site.http,
    path: "/chat",
    origins: options.origins,
    perMessageDeflate: false, // so that the page can show what its frames say
    authenticate: ({ query }) => {
      return { tab: query.get("tab") ?? "", isBack: query.has("again"), user: undefined };
    },
    onFrame: (frame, { data }) => options.onFrame(String(Object(data).tab), frame),
  });
  const manager: Manager = new ConnectionManager({
    server,
    clock: options.clock,
    authenticateFirst: {
      deadlineMs: 10_000, // then 1008 "Authentication timeout"
      check: (message, { data }) => (data.user = userFrom(message)) !== undefined,
    },
    rateLimit: {
      messagesPerSecond: 10,
      whenExceeded: { reply: chat.serializeError("RATE_LIMITED") },
    },
  });
  const counters = contractCounters();
  manager.on("connection", (connection) => converse(connection, manager, counters));
  tellRooms(manager);
  serveStats(site, manager, counters);
  site.files("chat/page.html", "chat/page.js", "chat/page.css");
  return async () => {
    await manager.shutdown({ deadlineMs: 0 });
  };
}

/** Describes a client to others. Its id comes from the manager, and cannot be guessed. */
function memberOf(connection: Connection, manager: Manager): { clientId: string; name: string } {
  return { clientId: manager.idOf(connection) ?? "", name: connection.data.user?.name ?? "?" };
}

function converse(connection: Connection, manager: Manager, counters: ContractCounters): void {
  const peer = chat.serve(connection, {
    counters,
    authorize: (type) => {
      const needed = NEEDED[type];
      return needed === undefined || connection.data.user?.permissions.includes(needed) === true;
    },
    handlers: {
      ping: (_nothing, { peer }) => peer.send("pong", { timestamp: Date.now() }),
      join_room: async ({ room }) => {
        const status = await manager.room(room).join(connection);
        if (status !== "joined") throw new ErrorReply("NOT_JOINED", "You cannot join this room");
        const members = Array.from(manager.room(room).members, (one) => memberOf(one, manager));
        peer.send("room_joined", { room, members });
      },
      leave_room: ({ room }) => {
        manager.room(room).leave(connection);
        peer.send("room_left", { room });
      },
      room_message: async ({ room, content }) => {
        const from = memberOf(connection, manager);
        const said = { room, from, content, timestamp: Date.now() };
        const message = chat.serialize("room_message", said);
        const result = await manager.room(room).publish(connection, message);
        if (result === "denied") throw new ErrorReply("NOT_IN_ROOM", "Join the room first");
      },
    },
  });
  const { clientId } = memberOf(connection, manager);
  peer.send("welcome", { clientId, serverTime: Date.now() });
}

/** Tells members of a room when a user joins or leaves. A user whose connection has ended leaves, too. */
function tellRooms(manager: Manager): void {
  manager.on("authenticated", (connection) => {
    const { user } = connection.data;
    if (user !== undefined) connection.send(chat.serialize("auth_success", user));
  });
  manager.on("join", (connection, room) => {
    const joined = chat.serialize("user_joined", { room, ...memberOf(connection, manager) });
    manager.room(room).broadcast(joined, { except: connection });
  });
  manager.on("leave", (connection, room) => {
    const left = chat.serialize("user_left", { room, ...memberOf(connection, manager) });
    manager.room(room).broadcast(left);
  });
}
