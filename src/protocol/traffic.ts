/**
 * What has gone over a connection in one direction: whole numbers that are counted on the
 * way of every frame, so they are nothing but numbers.
 */
export interface TrafficCount {
  /** Whole messages: those that were given to the application, or framed for the peer. */
  messages: number;
  /** Their payload in bytes, uncompressed. That of fragments counts as they are sent. */
  payloadBytes: number;
  /** Payload of the messages that were compressed, before that; part of `payloadBytes`. */
  uncompressedBytes: number;
  /** The same payload, compressed. */
  compressedBytes: number;
  /** All bytes behind the opening handshake: frame headers and control frames count. */
  transportBytes: number;
}

/** A count at zero. */
export function noTraffic(): TrafficCount {
  return {
    messages: 0,
    payloadBytes: 0,
    uncompressedBytes: 0,
    compressedBytes: 0,
    transportBytes: 0,
  };
}
