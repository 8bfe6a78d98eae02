/** Names that `ws`, socket.io and browsers have, and the names to use here. */
import type { Advice } from "../input/index.js";

/** Advice for options on either end. */
export const CONNECTION_ADVICE: Advice = {
  allowSynchronousEvents: "leave it out, messages of one read are delivered one after the other",
  autoPong: "leave it out, pings are always answered",
  backpressureLimit: "use maxBufferedBytes and bufferPolicy",
  compression: "use perMessageDeflate",
  decodeStrings: "use textAs",
  heartbeatInterval: "use pingIntervalMs and pongTimeoutMs",
  idleTimeout: "use pingIntervalMs and pongTimeoutMs, or idleTimeoutMs of a ConnectionManager",
  keepalive: "use pingIntervalMs: Infinity is none",
  maxBackpressure: "use maxBufferedBytes and bufferPolicy",
  maxBufferedChunks: "leave it out, what waits is counted in bytes by maxQueuedBytes",
  maxHttpBufferSize: "use maxMessageBytes",
  maxPayload: "use maxMessageBytes",
  maxPayloadLength: "use maxMessageBytes",
  maxReceivedFrameSize: "use maxMessageBytes",
  maxReceivedMessageSize: "use maxMessageBytes",
  permessageDeflate: "use perMessageDeflate",
  pingInterval: "use pingIntervalMs",
  pingTimeout: "use pongTimeoutMs",
  skipUTF8Validation: 'leave it out, text is always checked; textAs: "bytes" skips decoding',
};

/** Advice for options of a server. */
export const SERVER_ADVICE: Advice = {
  ...CONNECTION_ADVICE,
  allowRequest: "use authenticate: only what it returns on purpose admits",
  autoAcceptConnections: "use authenticate: only what it returns on purpose admits",
  ca: "use tls: { ca }",
  cert: "use tls: { cert, key }",
  clientTracking: "leave it out, the connections are in server.connections",
  connectTimeout: "use handshakeTimeoutMs",
  cors: "use origins: pages of other origins are refused unless it names them",
  generateMask: "leave it out, a server masks nothing",
  handleProtocols: "use selectSubprotocol",
  headers: "use responseHeaders",
  httpServer: "use server",
  https: "use tls: { cert, key }, or server",
  key: "use tls: { cert, key }",
  noServer: "leave out port, socketPath and server, and call handleUpgrade",
  onConnect: 'use on("connection")',
  pfx: "use tls: { pfx }",
  protocols: "use subprotocols",
  rejectUnauthorized: "use tls: { requestCert, rejectUnauthorized }",
  requestCert: "use tls: { requestCert }",
  timeout: "use handshakeTimeoutMs",
  transports: "leave it out, WebSocket is the only transport",
  upgradeTimeout: "use handshakeTimeoutMs",
  verifyClient: "use authenticate: only what it returns on purpose admits",
};

const CLIENT_ADVICE: Advice = {
  ...CONNECTION_ADVICE,
  agent: "use proxy for a proxy, tls for certificates, or createConnection",
  auth: "put user:password@ into the URL, or an Authorization into headers",
  ca: "use tls: { ca }",
  cert: "use tls: { cert, key }",
  checkServerIdentity: "use tls: { checkServerIdentity }",
  ciphers: "use tls: { ciphers }",
  closeTimeout: "use closeTimeoutMs",
  dispatcher: "use proxy for a proxy, tls for certificates, or createConnection",
  extraHeaders: "use headers",
  finishRequest: "use headers",
  generateMask: "leave it out, masking keys come from node:crypto",
  handshakeTimeout: "use handshakeTimeoutMs",
  hostname: "it is the URL's",
  key: "use tls: { cert, key }",
  maxRedirects: "use followRedirects with a number",
  onResponse: "use connection.response",
  onUpgrade: "use connection.response",
  passphrase: "use tls: { passphrase }",
  pfx: "use tls: { pfx }",
  port: "it is the URL's",
  protocolVersion: "leave it out, version 13 is the only one",
  query: "put it into the URL",
  reconnection: "leave it out, connect() makes one connection",
  rejectUnauthorized: "use tls: { rejectUnauthorized }",
  servername: "use tls: { servername }",
  timeout: "use handshakeTimeoutMs",
  transports: "leave it out, WebSocket is the only transport",
  withCredentials: "put a Cookie into headers",
};

/** Advice for options of `connect`. */
export const CONNECT_ADVICE: Advice = {
  ...CLIENT_ADVICE,
  protocol: "use subprotocols",
  protocols: "use subprotocols",
};

/** Advice for options of the WebSocket class. */
export const WEBSOCKET_ADVICE: Advice = {
  ...CLIENT_ADVICE,
  followRedirects: "use connect(), a WebSocket follows none",
  messagesWhileClosing: "use connect(), a WebSocket drops them",
  onHandlerError: 'use addEventListener: what a listener throws is "uncaughtException"',
  onResponse: "use connect(), whose connection has response",
  onUpgrade: "use connect(), whose connection has response",
  protocol: "use protocols",
  redirect: "use connect(), a WebSocket follows none",
  signal: "use close(), or connect() which takes a signal",
  subprotocols: "use protocols",
  textAs: "use connect(), a WebSocket gives text as a string",
  zeroCopy: "use connect()",
};

/** Advice for options of perMessageDeflate. */
export const DEFLATE_ADVICE: Advice = {
  chunkSize: "leave it out, there are no streams of zlib",
  concurrencyLimit: "leave it out, three messages of a process are off the main thread at a time",
  memLevel: "use serverMaxWindowBits or clientMaxWindowBits, which decide the memory",
  threshold: "use thresholdBytes",
  zlibDeflateOptions: "use zlibLevel for large messages, level for small ones",
  zlibInflateOptions: "leave it out, what comes out is bounded by maxMessageBytes",
};

const END = 'use on("close"): its info says why the connection has ended';

/** Advice for events of a connection. */
export const CONNECTION_EVENT_ADVICE: Advice = {
  connect: "a connection is open when you get it",
  connect_error: "connect() rejects with a HandshakeError",
  data: 'use on("message")',
  disconnect: END,
  disconnecting: END,
  // once() of node:events listens for it, whatever it waits for.
  error: `${END}; in place of once() of node:events, call connection.once(name, listener)`,
  messageerror: END,
  open: "a connection is open when you get it",
  readable: 'use on("message"), or for await',
  redirect: "connect() has followRedirects and redirect",
  "unexpected-response": "connect() rejects with a HandshakeError, which has httpStatus and body",
  upgrade: "connection.response has the answer of the server",
};

/** Advice for events of a server. */
export const SERVER_EVENT_ADVICE: Advice = {
  close: "await server.shutdown()",
  connect: 'use on("connection")',
  disconnect: 'use connection.on("close")',
  // once() of node:events listens for it, whatever it waits for.
  error:
    "await server.listening() tells why it does not listen, onHandlerError gets what hooks throw; " +
    "in place of once() of node:events, call server.once(name, listener)",
  headers: "use the option responseHeaders",
  listening: "await server.listening()",
  message: 'use connection.on("message")',
  open: 'use on("connection")',
  request: "use the option onRequest",
  upgrade: "call handleUpgrade, or use authenticate",
  wsClientError: 'use on("refused")',
};
