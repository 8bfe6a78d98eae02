/**
 * What has gone over a connection in one direction: whole numbers that are counted on the
 * way of every frame, so they are nothing but numbers.
 */
export class TrafficCount {
  /** Whole messages: those that were given to the application, or framed for the peer. */
  messages = 0;
  /** Their payload in bytes, uncompressed. That of fragments counts as they are sent. */
  payloadBytes = 0;
  /** Payload of the messages that were compressed, before that; part of `payloadBytes`. */
  uncompressedBytes = 0;
  /** The same payload, compressed. */
  compressedBytes = 0;
  /** All bytes behind the opening handshake: frame headers and control frames count. */
  transportBytes = 0;
}
