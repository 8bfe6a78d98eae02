/**
 * The client that Autobahn's server tests: asks for one case after the other and
 * sends every message back until the server closes. Its argument is the server's URL.
 */
import { connect, HandshakeError } from "plainsocket";
import { LIMITS } from "./echo-limits.js";

const [, , url = ""] = process.argv;
const AGENT = "agent=plainsocket";

const count = await caseCount();
for (let index = 1; index <= count; index += 1) {
  await runCase(`/runCase?case=${index}&${AGENT}`);
}
await runCase(`/updateReports?${AGENT}`);

async function caseCount(): Promise<number> {
  const connection = await connect(`${url}/getCaseCount`);
  for await (const message of connection) return Number(message);
  throw new Error("the suite does not say how many cases there are");
}

/** Resolves when the connection is closed, whatever the case did to it. */
async function runCase(target: string): Promise<void> {
  try {
    const connection = await connect(`${url}${target}`, LIMITS);
    connection.on("message", (message) => connection.send(message));
    await connection.closed;
  } catch (error) {
    // Autobahn has no result for this case then, which the comparison finds.
    if (!(error instanceof HandshakeError)) throw error;
    console.error(target, error);
  }
}
