// plainsocket's `WebSocket`, which has the interface of the browsers'.
import { WebSocket } from "plainsocket";
import { openStandard } from "./standard.mjs";

export const open = (url, message, onMessage) => openStandard(WebSocket, url, message, onMessage);
