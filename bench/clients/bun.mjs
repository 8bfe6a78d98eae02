// Bun's global WebSocket, in a process of Bun.
import { openStandard } from "./standard.mjs";

export const open = (url, message, onMessage) =>
  openStandard(globalThis.WebSocket, url, message, onMessage);
