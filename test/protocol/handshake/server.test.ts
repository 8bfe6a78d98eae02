import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fields, type FieldLine } from "../../../src/protocol/handshake/fields.js";
import type { RequestHead } from "../../../src/protocol/handshake/head.js";
import {
  judgeRequest,
  type RequestVerdict,
  type UpgradeRequest,
} from "../../../src/protocol/handshake/server.js";
import { BAD_FIELDS, GOOD_FIELDS } from "./request-vectors.js";
import { anyText, fieldLine, PROTOTYPE_NAMES, REQUEST_LINES, withField } from "./wire.js";

const judge = (fields: Fields, more: Partial<RequestHead> = {}): RequestVerdict =>
  judgeRequest({ method: "GET", target: "/chat", httpVersion: "1.1", fields, ...more });

/** `"upgrade"`, `"not-an-upgrade"`, or the status and code of the refusal. */
function outcome(verdict: RequestVerdict): string {
  return verdict.kind === "refused"
    ? `${verdict.refusal.httpStatus} ${verdict.refusal.code}`
    : verdict.kind;
}

/** The outcome when all lines of one name are replaced by these. */
const outcomeWith = (name: string, ...values: readonly string[]): string =>
  outcome(judge(withField(REQUEST_LINES, name, values)));

function requestOf(fields: Fields, more: Partial<RequestHead> = {}): UpgradeRequest {
  const verdict = judge(fields, more);
  if (verdict.kind !== "upgrade") throw new Error(outcome(verdict));
  return verdict.request;
}

const SAMPLE = new Fields(REQUEST_LINES);

describe("a request for an upgrade", () => {
  it("is taken apart", () => {
    expect(requestOf(SAMPLE, { target: "/chat?room=1" })).toEqual({
      target: "/chat?room=1",
      path: "/chat",
      query: "room=1",
      host: "server.example.com",
      origin: "http://example.com",
      key: "dGhlIHNhbXBsZSBub25jZQ==",
      subprotocols: ["chat", "superchat"],
      extensionOffers: [
        { name: "permessage-deflate", parameters: [["client_max_window_bits", undefined]] },
      ],
      fields: SAMPLE,
    });
  });

  it("may have an absolute target, whose host counts in place of Host [6455-4.2.1-03]", () => {
    expect(requestOf(SAMPLE, { target: "http://Other:81/chat?a" })).toMatchObject({
      target: "/chat?a",
      path: "/chat",
      query: "a",
      host: "Other:81",
    });
  });

  it("may come without Origin, subprotocols and extensions [6455-4.2.1-09]", () => {
    const optional = new Set(["Origin", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"]);
    const request = requestOf(new Fields(REQUEST_LINES.filter(([name]) => !optional.has(name))));

    expect(request).toMatchObject({ origin: undefined, subprotocols: [], extensionOffers: [] });
  });

  it("may have its header in any order, with 50 unknown fields [6455-4.2.1-12]", () => {
    const unknown = Array.from({ length: 50 }, (_, at): FieldLine => [`x-${at}`, '\u00e9,;="']);
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...REQUEST_LINES, ...unknown], { minLength: 58 }),
        (lines) => {
          expect(outcome(judge(new Fields(lines)))).toBe("upgrade");
        },
      ),
    );
  });

  it("may have names in any case", () => {
    for (const change of [
      (name: string) => name.toLowerCase(),
      (name: string) => name.toUpperCase(),
    ]) {
      expect(
        outcome(judge(new Fields(REQUEST_LINES.map(([name, value]) => [change(name), value])))),
      ).toBe("upgrade");
    }
  });

  it.each(PROTOTYPE_NAMES)(
    "may have %s as query, field, subprotocol, extension and parameter",
    (name) => {
      const lines: FieldLine[] = REQUEST_LINES.filter(
        ([name]) => name !== "Sec-WebSocket-Protocol",
      );
      lines.push(
        [name, "x"],
        ["Sec-WebSocket-Protocol", name],
        ["Sec-WebSocket-Extensions", `${name}; ${name}=${name}`],
      );
      const request = requestOf(new Fields(lines), { target: `/${name}?${name}=${name}` });

      expect(request.subprotocols).toEqual([name]);
      expect(request.extensionOffers.at(-1)).toEqual({ name, parameters: [[name, name]] });
      expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(PROTOTYPE_NAMES);
    },
  );
});

describe("a request that is refused", () => {
  // oxfmt-ignore
  it.each(["POST", "PUT", "OPTIONS", "CONNECT", "get", "Get", "GETT", "", "constructor"])(
    "by its method %s [6455-4.2.1-02]",
    (method) => {
      expect(outcome(judge(SAMPLE, { method }))).toBe("405 METHOD_NOT_GET");
      expect(outcome(judge(SAMPLE, { method, target: "*" }))).toBe("405 METHOD_NOT_GET");
      expect(outcome(judge(new Fields([["host", "h"]]), { method }))).toBe("405 METHOD_NOT_GET");
    },
  );

  it("by its method HEAD, which has no upgrade [6455-4.2.1-02]", () => {
    expect(outcome(judge(SAMPLE, { method: "HEAD" }))).toBe("405 METHOD_NOT_GET");
  });

  it.each(["1.0", "0.9", "2.0", "1.2", "1", "", "01.1"])(
    "by its version HTTP/%s [6455-4.2.1-02]",
    (httpVersion) => {
      expect(outcome(judge(SAMPLE, { httpVersion }))).toBe("505 HTTP_VERSION_UNSUPPORTED");
    },
  );

  it.each(["", "*", "chat", "h:80", "ftp://h/", "/#", "/a b", "/\u00e9", "/\u0000"])(
    "by its target %j [6455-4.2.1-01]",
    (target) => {
      expect(outcome(judge(SAMPLE, { target }))).toBe("400 TARGET_INVALID");
    },
  );

  it.each(BAD_FIELDS)("by %s: %j, with %s [%s]", (name, values, expected) => {
    expect(outcomeWith(name, ...values)).toBe(expected);
  });

  it.each(GOOD_FIELDS)("not by %s: %j [%s]", (name, values) => {
    expect(outcomeWith(name, ...values)).toBe("upgrade");
  });

  it("by its Host, beside an absolute target too [6455-4.2.1-04]", () => {
    for (const values of [[], ["a", "b"], ["u@h"]]) {
      const fields = withField(REQUEST_LINES, "Host", values);
      expect(outcome(judge(fields, { target: "http://h/" }))).toBe("400 HOST_INVALID");
    }
  });

  it("by a body, when it is no upgrade too", () => {
    const fields = new Fields([
      ["host", "h"],
      ["transfer-encoding", "chunked"],
    ]);

    expect(outcome(judge(fields))).toBe("400 BODY_UNEXPECTED");
  });

  it("by its version, hearing which one is spoken [6455-4.2.2-05] [6455-4.4-01]", () => {
    for (const values of [["8"], ["25"], ["13, 8"], ["13", "8"], []]) {
      const verdict = judge(withField(REQUEST_LINES, "Sec-WebSocket-Version", values));
      const headers = verdict.kind === "refused" ? verdict.refusal.headers : [];
      expect(headers).toContainEqual(["Sec-WebSocket-Version", "13"]);
    }
  });

  it.each(["0", "7", "8"])(
    "as an old draft of version %s, with or without Upgrade and Connection",
    (version) => {
      const lines = REQUEST_LINES.filter(([name]) => name !== "Sec-WebSocket-Version");
      for (const missing of ["none", "Upgrade", "Connection"]) {
        const kept = lines.filter(([name]) => name !== missing);
        expect(outcome(judge(new Fields([...kept, ["Sec-WebSocket-Version", version]])))).not.toBe(
          "upgrade",
        );
      }
    },
  );

  it("as a draft that had no version", () => {
    const lines: FieldLine[] = [
      ["Host", "h"],
      ["Upgrade", "WebSocket"],
      ["Connection", "Upgrade"],
    ];
    lines.push(
      ["Sec-WebSocket-Key1", "18x 6]8vM;54 *(5:  {   U1]8  z [  8"],
      ["Sec-WebSocket-Key2", "1_ tx7X d  <  nw  334J702) 7]o}` 0"],
    );

    expect(outcome(judge(new Fields(lines)))).toBe("426 VERSION_UNSUPPORTED");
  });

  it.each([
    ["Sec-WebSocket-Version", "8", "is spoken: the client asked for 8 ("],
    ["Sec-WebSocket-Version", "8, 7", "is spoken ("],
    ["Sec-WebSocket-Version", "s3same", "is spoken ("],
    ["Sec-WebSocket-Key", "c2hvcnQ=", "and ==: it has 8 characters ("],
    ["Sec-WebSocket-Key", "********************==**", "and == ("],
    ["Sec-WebSocket-Key", "", "and == ("],
  ])(
    "with the number that is wrong, and no other word of the client: %s: %s",
    (name, value, words) => {
      const verdict = judge(withField(REQUEST_LINES, name, [value]));

      expect(verdict).toMatchObject({ refusal: { reason: expect.stringContaining(words) } });
    },
  );

  it("by what once took others quadratic time, and not by 10 000 extensions", () => {
    expect(outcomeWith("Sec-WebSocket-Protocol", `b${" ".repeat(32_000)}x`)).toBe(
      "400 SUBPROTOCOLS_INVALID",
    );
    expect(outcomeWith("Sec-WebSocket-Extensions", `a; b="${"\\x".repeat(16_384)}`)).toBe(
      "400 EXTENSIONS_INVALID",
    );
    expect(
      outcomeWith("Sec-WebSocket-Extensions", ...Array.from({ length: 10_000 }, () => "x")),
    ).toBe("upgrade");
  });

  it.each(["\u000b", "\u000c", "\u001c", "\u001d", "\u001e", "\u0085"])(
    "or taken as it is: %j never makes another field",
    (character) => {
      for (const name of ["Origin", "Cookie"]) {
        const value = `a${character}X-Admin: 1`;
        const { fields } = requestOf(withField(REQUEST_LINES, name, [value]));
        expect([fields.get(name), fields.get("X-Admin")]).toEqual([value, undefined]);
      }
    },
  );

  it("without a word of what it said", () => {
    for (const [name] of REQUEST_LINES) {
      const verdict = judge(withField(REQUEST_LINES, name, ["SECRET (", "SECRET"]), {
        target: "/?token=SECRET",
      });
      expect(verdict.kind).toBe("refused");
      expect(JSON.stringify(verdict)).not.toContain("SECRET");
    }
  });
});

describe("any request", () => {
  it("gets one of three verdicts", () => {
    const name = fc.constantFrom(
      ...REQUEST_LINES.map((line) => line[0]),
      "Content-Length",
      "Transfer-Encoding",
    );
    const line: fc.Arbitrary<FieldLine> = fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...REQUEST_LINES) },
      fc.tuple(name, anyText),
      fieldLine,
    );
    const head = fc.record({
      method: fc.oneof({ weight: 9, arbitrary: fc.constant("GET") }, anyText),
      target: anyText.map((text) => `/${text}`),
      httpVersion: fc.constant("1.1"),
    });
    fc.assert(
      fc.property(head, fc.array(line, { maxLength: 12 }), fc.nat(7), (parts, lines, without) => {
        for (const fields of [
          new Fields(lines),
          new Fields([...REQUEST_LINES.toSpliced(without, 1), ...lines]),
        ]) {
          expect(["upgrade", "not-an-upgrade", "refused"]).toContain(
            judgeRequest({ ...parts, fields }).kind,
          );
        }
      }),
    );
  });

  it("does not hide an error of our own", () => {
    const broken = new Fields();
    broken.get = () => {
      throw new RangeError("ours");
    };

    expect(() => judge(broken)).toThrow("ours");
  });
});
