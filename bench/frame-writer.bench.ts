// What does it cost to make frames of messages, by their size, and what does masking add for a client?
import { nodePlatform } from "../src/node/platform.js";
import { ProtocolConnection } from "../src/protocol/index.js";
import { compare } from "./compare.js";

const COUNT = 100;

for (const role of ["server", "client"] as const) {
  const variants: Record<string, () => unknown> = {};
  for (const length of [8, 125, 1_024, 16_384, 65_536]) {
    const text = "x".repeat(length);
    const bytes = Buffer.alloc(length);
    const connection = new ProtocolConnection({ role, platform: nodePlatform });
    for (const [name, data] of [
      ["text", text],
      ["binary", bytes],
    ] as const) {
      variants[`${name} of ${length} B`] = () => {
        for (let i = 0; i < COUNT; i++) connection.sendMessage(data);
        return connection.takeOutput();
      };
    }
  }
  await compare(`What does a ${role} pay for ${COUNT} messages, by size?`, variants);
}
