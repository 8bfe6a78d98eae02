// plainsocket's `connect()` with the defaults.
import { connect } from "plainsocket";

export async function open(url, message, onMessage) {
  const connection = await connect(url);
  connection.on("message", onMessage);
  return () => connection.send(message);
}
