/** The tables of all public options, by entry point and interface. */
import { CONNECT, WEBSOCKET } from "./client.js";
import { connectionRows } from "./connection.js";
import { DEFLATE } from "./deflate.js";
import { A_CONNECTION, CLIENT_TCP, OF_CONNECT, OF_SERVER, SERVER_TCP } from "./ends.js";
import type { Row } from "./row.js";
import { SERVER } from "./server.js";

export const TABLES: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
  "plainsocket ConnectionOptions": connectionRows(
    { ...A_CONNECTION, ...OF_SERVER, ...OF_CONNECT },
    { ...SERVER_TCP, ...CLIENT_TCP },
  ),
  "plainsocket PerMessageDeflateOptions": DEFLATE,
  "plainsocket ServerOptions": SERVER,
  "plainsocket ConnectOptions": CONNECT,
  "plainsocket WebSocketInit": WEBSOCKET,
};
