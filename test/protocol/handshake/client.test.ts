import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeResponse, type Expectations } from "../../../src/protocol/handshake/client.js";
import { Fields } from "../../../src/protocol/handshake/fields.js";
import { HandshakeError } from "../../../src/protocol/handshake/handshake-error.js";
import type { ResponseHead } from "../../../src/protocol/handshake/head.js";
import { anyText, faultOf, fieldLine, RESPONSE_LINES, SAMPLE_ACCEPT, withField } from "./wire.js";

const expectations: Expectations = {
  accept: SAMPLE_ACCEPT,
  subprotocols: ["chat", "superchat"],
  deflate: [{}],
};

const response = (fields: Fields, more: Partial<ResponseHead> = {}): ResponseHead => ({
  httpVersion: "1.1",
  httpStatus: 101,
  reason: "Switching Protocols",
  fields,
  ...more,
});

const faultWith = (name: string, ...values: readonly string[]): string | undefined =>
  faultOf(() => judgeResponse(response(withField(RESPONSE_LINES, name, values)), expectations));

describe("the response", () => {
  it("says what was agreed", () => {
    const fields = withField(RESPONSE_LINES, "Sec-WebSocket-Extensions", [
      "permessage-deflate; server_max_window_bits=10",
    ]);

    expect(judgeResponse(response(fields), expectations)).toEqual({
      subprotocol: "chat",
      deflate: {
        serverNoContextTakeover: false,
        clientNoContextTakeover: false,
        serverMaxWindowBits: 10,
        clientMaxWindowBits: 12,
      },
    });
  });

  it("may agree to nothing, whatever was offered [WHATWG-05]", () => {
    const fields = withField(RESPONSE_LINES, "Sec-WebSocket-Protocol", []);

    expect(judgeResponse(response(fields), expectations)).toEqual({
      subprotocol: undefined,
      deflate: undefined,
    });
    expect(judgeResponse(response(fields), { accept: SAMPLE_ACCEPT })).toEqual({
      subprotocol: undefined,
      deflate: undefined,
    });
  });

  it("has to pick a subprotocol where that is wanted, and is not told which there were [WHATWG-05]", () => {
    const none = response(withField(RESPONSE_LINES, "Sec-WebSocket-Protocol", []));
    const wanted = { ...expectations, mustPickSubprotocol: true };
    expect(judgeResponse(response(new Fields(RESPONSE_LINES)), wanted).subprotocol).toBe("chat");
    expect(faultOf(() => judgeResponse(none, wanted))).toBe("SUBPROTOCOL_NOT_PICKED");
    const empty = response(withField(RESPONSE_LINES, "Sec-WebSocket-Protocol", [" , "]));
    expect(faultOf(() => judgeResponse(empty, wanted))).toBe("SUBPROTOCOL_NOT_PICKED");
    expect(() => judgeResponse(none, wanted)).toThrow(/none of the 2 offered/);
    expect(() => judgeResponse(none, wanted)).not.toThrow(/chat/);
    const nothingOffered = { ...wanted, subprotocols: [] };
    expect(judgeResponse(none, nothingOffered).subprotocol).toBeUndefined();
  });

  it("has names in any case [6455-4.1-30]", () => {
    for (const change of [
      (name: string) => name.toLowerCase(),
      (name: string) => name.toUpperCase(),
    ]) {
      const fields = new Fields(RESPONSE_LINES.map(([name, value]) => [change(name), value]));
      expect(judgeResponse(response(fields), expectations).subprotocol).toBe("chat");
    }
  });

  it.each([["websocket"], ["WebSocket"], ["WEBSOCKET"]])(
    "is good with Upgrade: %j [6455-4.1-24]",
    (value) => {
      expect(faultWith("Upgrade", value)).toBeUndefined();
    },
  );

  it.each([
    [],
    [""],
    ["h2c"],
    ["websockets"],
    ["websocket, h2c"],
    ["h2c", "websocket"],
    ["websocket", "websocket"],
    ["websocket/13"],
  ])("fails with Upgrade: %j [6455-4.1-24]", (...values) => {
    expect(faultWith("Upgrade", ...values)).toBe("UPGRADE_MISSING");
  });

  it.each([["keep-alive, upgrade"], ["UPGRADE"], ["keep-alive", "Upgrade"]])(
    "is good with Connection: %j [6455-4.1-25]",
    (...values) => {
      expect(faultWith("Connection", ...values)).toBeUndefined();
    },
  );

  it.each([[], [""], ["close"], ["upgraded"]])(
    "fails with Connection: %j [6455-4.1-25]",
    (...values) => {
      expect(faultWith("Connection", ...values)).toBe("CONNECTION_MISSING");
    },
  );

  // oxfmt-ignore
  it.each([
    [[]], [[""]], [["s3pPLMBiTxaQ9kYGzzhZRbK+xOo"]], [[SAMPLE_ACCEPT.toLowerCase()]], [[`${SAMPLE_ACCEPT}=`]], [[`"${SAMPLE_ACCEPT}"`]], [[`${SAMPLE_ACCEPT}\u00a0`]],
    [["dGhlIHNhbXBsZSBub25jZQ=="]], [["HSmrc0sMlYUkAGmm5OPpG2HaGWk="]],
  ])("fails with the accept value %j [6455-4.1-26]", (values) => {
    expect(faultWith("Sec-WebSocket-Accept", ...values)).toBe("ACCEPT_INVALID");
  });

  it("fails with two accept values, even the same [6455-11-04]", () => {
    expect(faultWith("Sec-WebSocket-Accept", SAMPLE_ACCEPT, SAMPLE_ACCEPT)).toBe("ACCEPT_INVALID");
    expect(faultWith("Sec-WebSocket-Accept", `${SAMPLE_ACCEPT}, ${SAMPLE_ACCEPT}`)).toBe(
      "ACCEPT_INVALID",
    );
  });

  it("may have whitespace around the accept value [6455-4.1-26]", () => {
    expect(faultWith("Sec-WebSocket-Accept", `\t ${SAMPLE_ACCEPT} \t`)).toBeUndefined();
  });

  it.each([["other"], ["Chat"], ["constructor"]])(
    "fails with the subprotocol %j [6455-4.1-28] [WHATWG-05]",
    (value) => {
      expect(faultWith("Sec-WebSocket-Protocol", value)).toBe("SUBPROTOCOL_UNOFFERED");
    },
  );

  it.each([["chat", "chat"], ["chat, superchat"]])(
    "fails with the subprotocols %j [6455-11-05]",
    (...values) => {
      expect(faultWith("Sec-WebSocket-Protocol", ...values)).toBe("SUBPROTOCOL_UNOFFERED");
    },
  );

  it("fails with a subprotocol when none was offered [6455-4.1-28]", () => {
    expect(
      faultOf(() => judgeResponse(response(new Fields(RESPONSE_LINES)), { accept: SAMPLE_ACCEPT })),
    ).toBe("SUBPROTOCOL_UNOFFERED");
  });

  it.each(["foo", "x-webkit-deflate-frame", "permessage-deflate, foo", "constructor; __proto__"])(
    "fails with the extensions %s [6455-4.1-27] [6455-9-05]",
    (value) => {
      expect(faultWith("Sec-WebSocket-Extensions", value)).toBe("EXTENSION_UNOFFERED");
    },
  );

  it("fails with permessage-deflate when it was not offered [6455-4.1-27]", () => {
    const fields = withField(RESPONSE_LINES, "Sec-WebSocket-Extensions", ["permessage-deflate"]);

    expect(faultOf(() => judgeResponse(response(fields), { ...expectations, deflate: [] }))).toBe(
      "EXTENSION_UNOFFERED",
    );
    expect(
      faultOf(() => judgeResponse(response(fields), { ...expectations, deflate: undefined })),
    ).toBe("EXTENSION_UNOFFERED");
  });

  it.each([
    ";",
    "permessage-deflate;",
    'permessage-deflate; server_max_window_bits="10',
    "permessage-deflate,;",
  ])("fails with the extensions %j [6455-9-03]", (value) => {
    expect(faultWith("Sec-WebSocket-Extensions", value)).toBe("EXTENSIONS_INVALID");
  });

  it("fails with two lines of extensions [6455-11-03]", () => {
    expect(faultWith("Sec-WebSocket-Extensions", "permessage-deflate", "x")).toBe(
      "EXTENSIONS_INVALID",
    );
  });

  it.each([
    "permessage-deflate; foo",
    "permessage-deflate; server_max_window_bits=1000",
    "permessage-deflate, permessage-deflate",
  ])("fails with %s [6455-9-02]", (value) => {
    expect(faultWith("Sec-WebSocket-Extensions", value)).toBe("DEFLATE_RESPONSE_INVALID");
  });

  it.each(["1.0", "2.0", "1.2"])("fails in HTTP/%s [6455-4.1-29]", (httpVersion) => {
    expect(
      faultOf(() =>
        judgeResponse(response(new Fields(RESPONSE_LINES), { httpVersion }), expectations),
      ),
    ).toBe("HTTP_VERSION_UNSUPPORTED");
  });

  it("fails with an error that has the status and the fields", () => {
    const fields = withField(RESPONSE_LINES, "Upgrade", ["h2c"]);
    let error: unknown;
    try {
      judgeResponse(response(fields), expectations);
    } catch (thrown) {
      error = thrown;
    }

    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({
      code: "UPGRADE_MISSING",
      httpStatus: 101,
      headers: fields,
      body: undefined,
    });
  });

  it("does not hide an error of our own", () => {
    const broken = new Fields();
    broken.get = () => {
      throw new RangeError("ours");
    };

    expect(() => judgeResponse(response(broken), expectations)).toThrow("ours");
  });

  it("of any kind ends in an agreement or a HandshakeError", () => {
    const name = fc.constantFrom(
      "Upgrade",
      "Connection",
      "Sec-WebSocket-Accept",
      "Sec-WebSocket-Protocol",
      "Sec-WebSocket-Extensions",
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.tuple(name, anyText), fieldLine)),
        fc.nat(4),
        (lines, without) => {
          const fields = new Fields([...RESPONSE_LINES.toSpliced(without, 1), ...lines]);
          expect(["string", "undefined"]).toContain(
            typeof faultOf(() => judgeResponse(response(fields), expectations)),
          );
        },
      ),
    );
  });
});
