/** What one round of one load says about one peer, and a session of them. */

export interface Sample {
  /** What the load is about, in the unit of its kind: more is better, but for bytes. */
  readonly figure: number;
  /** How much of one core the peer used. */
  readonly cpuShare?: number;
  readonly perWallSecond?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly peakBytes?: number;
  /** What came back on the wire, headers included. */
  readonly bytesPerMessage?: number;
}

export interface Cell {
  readonly load: string;
  readonly peer: string;
  readonly samples: readonly Sample[];
}
