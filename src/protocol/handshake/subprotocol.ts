// Sec-WebSocket-Protocol, both ways (RFC 6455 §4.1, §4.2.2, §11.3.4).

/** Checks what the application offers: tokens, each once. @throws {SyntaxError} */
export function checkSubprotocols(subprotocols: readonly string[]): void {
  throw new Error(`unfinished ${subprotocols.length}`);
}
