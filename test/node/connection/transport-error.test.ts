import { describe, expect, it } from "vitest";
import {
  codeOf,
  TRANSPORT_FAULTS,
  TransportError,
  transportError,
  type TransportFault,
  type TransportFaultCode,
} from "../../../src/node/connection/transport-error.js";
import { WebSocketError } from "../../../src/protocol/index.js";

const CODES = Object.keys(TRANSPORT_FAULTS).filter(
  (code): code is TransportFaultCode => code in TRANSPORT_FAULTS,
);

describe("TransportError", () => {
  it.each(CODES)("%s says what happened, with all that was found", (code) => {
    const { option }: TransportFault = TRANSPORT_FAULTS[code];
    const error = new TransportError(code, { value: 4321, limit: 1234, what: "this" });

    expect(error).toBeInstanceOf(WebSocketError);
    expect(error).toMatchObject({ name: "TransportError", code, option, value: 4321, limit: 1234 });
    expect(error.message).not.toContain("{");
  });

  it("names the option and what it is set to, where that is a limit", () => {
    const message = (code: TransportFaultCode) =>
      new TransportError(code, { value: 30, what: "maxBufferedBytes", limit: 20 }).message;

    expect(message("PONG_TIMEOUT")).toContain("pongTimeoutMs 20");
    expect(message("CLOSE_TIMEOUT")).toContain("closeTimeoutMs 20");
    expect(message("BUFFER_OVERFLOW")).toContain("30 bytes wait for it, over maxBufferedBytes 20");
  });
});

describe("the error for a transport that failed", () => {
  it("names the code of what failed, and keeps it as its cause", () => {
    const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });

    expect(codeOf(cause)).toBe("ECONNRESET");
    expect(transportError(cause)).toMatchObject({
      code: "TRANSPORT_FAILED",
      message: "the transport failed: ECONNRESET",
      cause,
    });
  });

  it("has the message of what failed where there is no code", () => {
    expect(transportError(new Error("no more")).message).toBe("the transport failed: no more");
    expect(codeOf(Object.assign(new Error("x"), { code: 20 }))).toBeUndefined();
    expect(codeOf("no error")).toBeUndefined();
  });
});
