// What does one message to a thousand connections cost without their sockets, prepared once or sent to each?
import { createDeflateCodec } from "../src/node/deflate.js";
import { nodePlatform } from "../src/node/platform.js";
import {
  type DeflateParameters,
  PerMessageDeflate,
  prepareMessage,
  ProtocolConnection,
} from "../src/protocol/index.js";
import { CORPORA, seeded } from "../test/support/deflate-corpora.js";
import { compare } from "./compare.js";

const CONNECTIONS = 1_000;
const codec = createDeflateCodec();
const text = Buffer.from(CORPORA.json(seeded(1), 200)).toString();

function connections(parameters?: DeflateParameters): ProtocolConnection[] {
  return Array.from({ length: CONNECTIONS }, () => {
    const extension = parameters && new PerMessageDeflate({ role: "server", parameters, codec });
    return new ProtocolConnection({ role: "server", platform: nodePlatform, extension });
  });
}

/** Every connection gets it, and gives the bytes to write. */
function sendToAll(
  members: readonly ProtocolConnection[],
  message: Parameters<ProtocolConnection["sendMessage"]>[0],
): void {
  for (const member of members) {
    member.sendMessage(message);
    member.takeOutput();
  }
}

const window = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 12,
  clientMaxWindowBits: 12,
};
const plain = connections();
const deflated = connections(window);

await compare(`How many times a second do ${CONNECTIONS} connections get 200 bytes of JSON?`, {
  "the text, to each": () => sendToAll(plain, text),
  prepared: () => sendToAll(plain, prepareMessage(text)),
  "the text, compressed for each": () => sendToAll(deflated, text),
  "prepared, compressed once": () => sendToAll(deflated, prepareMessage(text)),
});
