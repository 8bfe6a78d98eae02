// Lists in responses: elements that have nothing in them are passed over (RFC 9110 §5.6.1.2).
import { describe, expect, it } from "vitest";
import { type AgreedByClient, judgeResponse } from "../../../src/protocol/handshake/client.js";
import { RESPONSE_LINES, SAMPLE_ACCEPT, withField } from "./wire.js";

function agreed(name: string, values: readonly string[]): AgreedByClient {
  const fields = withField(RESPONSE_LINES, name, values);
  return judgeResponse(
    { httpVersion: "1.1", httpStatus: 101, reason: "", fields },
    { accept: SAMPLE_ACCEPT, subprotocols: ["chat"], deflate: [{}] },
  );
}

describe("a list in a response", () => {
  it.each([
    ["Upgrade", [",websocket, "]],
    ["Upgrade", ["", "websocket"]],
    ["Connection", [", upgrade,", ""]],
    ["Sec-WebSocket-Protocol", [",chat,"]],
    ["Sec-WebSocket-Protocol", ["", "chat"]],
    ["Sec-WebSocket-Extensions", ["", "permessage-deflate"]],
    ["Sec-WebSocket-Extensions", [",permessage-deflate,,"]],
  ])("may be %s: %j [6455-4.1-24] [6455-4.1-25]", (name, values) => {
    const { subprotocol, deflate } = agreed(name, values);

    expect(subprotocol).toBe("chat");
    expect(deflate !== undefined).toBe(name === "Sec-WebSocket-Extensions");
  });

  it.each([[[""]], [[" , "]], [["", ""]]])("is as if it were not there with %j", (values) => {
    expect(agreed("Sec-WebSocket-Protocol", values).subprotocol).toBeUndefined();
    expect(agreed("Sec-WebSocket-Extensions", values).deflate).toBeUndefined();
  });
});
