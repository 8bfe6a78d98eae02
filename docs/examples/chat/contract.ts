/** The contract of the chat: the messages of its clients and its server. */
import { bareFormat, defineContract, nothing } from "plainsocket/contract";
import { z } from "zod";

const room = z.string().min(1).max(64);
const content = z.string().min(1).max(1_000);
/** Milliseconds since 1970. */
const timestamp = z.number();
const member = z.object({ clientId: z.string(), name: z.string() });
const inRoom = z.object({ room });

export const chat = defineContract({
  // Flat: {"type":"room_message","room":"lobby","content":"hello"}
  format: bareFormat({ writeError: ({ message }) => ({ type: "error", message }) }),
  fromClient: {
    ping: nothing,
    join_room: inRoom,
    leave_room: inRoom,
    room_message: z.object({ room, content }),
  },
  fromServer: {
    welcome: z.object({ clientId: z.string(), serverTime: timestamp }),
    auth_success: z.object({ name: z.string(), permissions: z.array(z.string()).readonly() }),
    pong: z.object({ timestamp }),
    room_joined: z.object({ room, members: z.array(member) }),
    room_left: inRoom,
    user_joined: member.extend({ room }),
    user_left: member.extend({ room }),
    room_message: z.object({ room, from: member, content, timestamp }),
  },
});

/** The first message of a client. The manager checks it before the contract gets any message. */
export const credentials = z.object({ type: z.literal("auth"), token: z.string() });
