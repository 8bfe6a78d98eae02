import { describe, expect, it } from "vitest";
import { judgeResponse, unexpectedStatus } from "../../../src/protocol/handshake/client.js";
import { Fields } from "../../../src/protocol/handshake/fields.js";
import type { ResponseHead } from "../../../src/protocol/handshake/head.js";
import { RESPONSE_LINES, SAMPLE_ACCEPT } from "./wire.js";

const expectations = { accept: SAMPLE_ACCEPT };

const response = (fields: Fields, more: Partial<ResponseHead> = {}): ResponseHead => ({
  httpVersion: "1.1",
  httpStatus: 101,
  reason: "Switching Protocols",
  fields,
  ...more,
});

describe("a response that does not switch protocols", () => {
  it.each([100, 200, 204, 302, 401, 403, 426, 500, 503])(
    "%i is an error that has it [6455-4.1-23]",
    (httpStatus) => {
      const fields = new Fields([
        ...RESPONSE_LINES,
        ["Location", "/SECRET"],
        ["WWW-Authenticate", "SECRET"],
      ]);
      let error: unknown;
      try {
        judgeResponse(response(fields, { httpStatus }), expectations);
      } catch (thrown) {
        error = thrown;
      }

      expect(error).toMatchObject({
        name: "HandshakeError",
        code: "STATUS_UNEXPECTED",
        httpStatus,
        headers: fields,
        body: undefined,
      });
      expect(String(error)).toContain(`it answered ${httpStatus}`);
      expect(String(error)).not.toContain("SECRET");
    },
  );

  it("comes with how its body begins", () => {
    const body = Uint8Array.of(1, 2);
    const error = unexpectedStatus(response(new Fields(), { httpStatus: 500 }), body);

    expect(error.body).toBe(body);
    expect(error.code).toBe("STATUS_UNEXPECTED");
  });

  it("lists the versions that the server speaks, when 13 is none of them [6455-4.3-03] [6455-4.4-02]", () => {
    const error = unexpectedStatus(
      response(new Fields([["Sec-WebSocket-Version", "8, 7"]]), { httpStatus: 426 }),
    );

    expect(error.code).toBe("VERSION_UNSUPPORTED");
    expect(error.message).toContain("the server answered 426 and speaks 8, 7");
  });

  it.each(["13", "13, 8, 7", "8, 13", "x", ""])(
    "does not blame the version when the server lists %j [6455-4.4-02]",
    (value) => {
      const error = unexpectedStatus(
        response(new Fields([["Sec-WebSocket-Version", value]]), { httpStatus: 400 }),
      );

      expect(error.code).toBe("STATUS_UNEXPECTED");
    },
  );
});
