/** All scripts that begin behind the opening handshake. */
import type { WireScript } from "../../support/wire-script.js";
import { closing } from "./closing.js";
import { deflate } from "./deflate.js";
import { ending } from "./ending.js";
import { framing } from "./framing.js";
import { limits } from "./limits.js";
import { messages } from "./messages.js";
import { sending } from "./sending.js";
import { texts } from "./text.js";

export const SCRIPTS: readonly WireScript[] = [
  ...framing,
  ...messages,
  ...texts,
  ...closing,
  ...ending,
  ...sending,
  ...limits,
  ...deflate,
];

/** The scripts for one end. */
export function scriptsFor(role: "client" | "server"): WireScript[] {
  return SCRIPTS.filter((script) => script.side === "both" || script.side === role);
}
