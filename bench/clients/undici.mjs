// The client that Node has as its global WebSocket from version 22 on.
import { WebSocket } from "undici";
import { openStandard } from "./standard.mjs";

export const open = (url, message, onMessage) => openStandard(WebSocket, url, message, onMessage);
