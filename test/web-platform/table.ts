/** The rules of the WHATWG WebSocket interface (https://websockets.spec.whatwg.org), in our words, to be run anywhere. */
import type { PlatformCase } from "./case.js";
import { CLOSE_CASES } from "./cases-close.js";
import { CONSTRUCTOR_CASES } from "./cases-constructor.js";
import { EVENT_CASES } from "./cases-events.js";
import { INTERFACE_CASES } from "./cases-interface.js";
import { SEND_CASES } from "./cases-send.js";

export const TABLE: readonly PlatformCase[] = [
  ...CONSTRUCTOR_CASES,
  ...SEND_CASES,
  ...CLOSE_CASES,
  ...EVENT_CASES,
  ...INTERFACE_CASES,
];
