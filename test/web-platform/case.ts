/** One rule of the WHATWG WebSocket interface, as something to do and what must come of it. */
import type { Environment } from "./environment.js";

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json };

export interface PlatformCase {
  /** A sentence about the interface. Unique. */
  readonly name: string;
  /** Rows of rfc-requirements.csv that this shows. */
  readonly rows: readonly string[];
  /**
   * Does it, and gives what was seen as JSON. Its source is sent to a page: it may use what it is given and what
   * browsers and Node both have, and nothing else.
   */
  readonly run: (environment: Environment) => Json | Promise<Json>;
  readonly expected: Json;
  /** Set where ours is meant to differ: what it gives, and why. */
  readonly ours?: Deviation;
  /** Set where Chromium differs from the standard. */
  readonly chromium?: Deviation;
}

export interface Deviation {
  readonly expected: Json;
  readonly why: string;
}
