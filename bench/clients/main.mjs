// Runs one client of this folder as a process: `PORT=9001 node main.mjs ws`. It opens CONNECTIONS connections and keeps
// IN_FLIGHT messages of BYTES bytes on the way in each: for every reply the next one leaves.
import { Buffer } from "node:buffer";
import process from "node:process";
import { answerUsage } from "../servers/answer-usage.mjs";

const { PORT, CONNECTIONS, IN_FLIGHT, BYTES } = process.env;
/** So many replies of each connection are compared with what was sent. */
const CHECKED = 100;

const { open } = await import(`./${process.argv[2]}.mjs`);
const message = Buffer.alloc(Number(BYTES), "x");
const senders = await Promise.all(
  Array.from({ length: Number(CONNECTIONS) }, async () => {
    let left = CHECKED;
    const send = await open(`ws://127.0.0.1:${PORT}/`, message, (reply) => {
      if (left > 0) {
        left--;
        if (Buffer.compare(Buffer.from(reply), message) !== 0) throw new Error("a wrong reply");
      }
      send();
    });
    return send;
  }),
);
answerUsage();
for (const send of senders) for (let i = 0; i < Number(IN_FLIGHT); i++) send();
