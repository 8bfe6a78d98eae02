// Which pages may connect (RFC 6455 §10.2).

/**
 * Who may connect when the request has an Origin, that is, comes from a browser:
 * `"same-origin"`: pages of the host that the request names in Host;
 * `"*"`: all; a list: exactly these origins (`"https://app.example"`);
 * a function: decides.
 */
export type OriginPolicy =
  | "same-origin"
  | "*"
  | readonly string[]
  | ((origin: string | undefined) => boolean);

export interface OriginClaim {
  /** The value of Origin; `undefined` when the request has none, so is from no browser. */
  readonly origin: string | undefined;
  /** The value of Host. */
  readonly host: string;
  /** Whether the request came through TLS. */
  readonly secure: boolean;
}

/**
 * Judges the Origin of a request. `undefined`: allowed. Otherwise why not, in
 * words that may be sent to the peer.
 */
export function judgeOrigin(
  claim: OriginClaim,
  policy: OriginPolicy = "same-origin",
): string | undefined {
  throw new Error(`unfinished ${claim.host} ${typeof policy}`);
}
