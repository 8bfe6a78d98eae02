/** Headless Chromium, where there is one. */
import { type Browser, chromium } from "playwright-core";
import { requireTool } from "./require-tool.js";

/** Without the switches it would try to reach hosts of its vendor at every start. */
const SWITCHES = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const chromiumPath: string | undefined = requireTool("chromium", "apt-get install chromium");

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath ?? "", headless: true, args: SWITCHES });
}
