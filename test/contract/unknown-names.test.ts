// A name that does not exist, on every public entry of a contract.
import { describe, expect, it } from "vitest";
import { bareFormat, defineContract, nothing } from "../../src/contract/index.js";
import { FakeConnection, FakeSocket } from "../support/contract-pair.js";
import { ownersIn } from "../support/owners.js";

const shared = defineContract({
  fromClient: { say: nothing, ask: { request: nothing, response: nothing } },
  fromServer: { said: nothing },
});

/** By the name of the entry: hands options to it. */
const ENTRIES: Readonly<Record<string, (options: object) => unknown>> = {
  "defineContract()": (options) => defineContract(options),
  batch: (batch) => defineContract({ batch }),
  'the request "ask"': (options) => {
    const ask = { request: nothing, response: nothing, ...options };
    return defineContract({ fromClient: { ask } });
  },
  "a contract's peer on a server": (options) => shared.serve(new FakeConnection(), options),
  "a contract's peer on a client": (options) => shared.wrap(new FakeSocket(), options),
  "a request": (options) => shared.wrap(new FakeSocket()).request("ask", undefined, options),
  "a request that is a ping": (options) => shared.wrap(new FakeSocket()).ping(options),
  "bareFormat()": (options) => bareFormat(options),
};

/** What an error calls the entry. */
function ownerOf(entry: string): string {
  return entry.split(/ (on|that) /)[0] ?? "";
}

async function complaintOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return error instanceof Error ? error.message : "";
  }
  return "nothing was said";
}

describe("an option that does not exist [M04]", () => {
  it("is tried with all that take options", () => {
    const tried = Object.keys(ENTRIES).map(ownerOf);
    expect(tried).toEqual(expect.arrayContaining(ownersIn(["contract"])));
  });

  it.each(Object.entries(ENTRIES))("is refused by %s", async (entry, give) => {
    const message = await complaintOf(() => give({ noSuchOption: 1 }));
    const start = `${ownerOf(entry)} has no option "noSuchOption"`;
    expect(message.startsWith(start), message).toBe(true);
  });

  // oxfmt-ignore
  it.each([
    ["defineContract()",  "events",             "use fromClient and fromServer"],
    ["defineContract()",  "fromclient",         'did you mean "fromClient"?'],
    ["defineContract()",  "handlers",           "give them to serve() or wrap()"],
    ['the request "ask"', "reply",              "use response"],
    ["a contract's peer on a server", "autorize", 'did you mean "authorize"?'],
    ["a contract's peer on a server", "onError", "use onHandlerError"],
    ["a request",         "timeout",            'did you mean "timeoutMs"?'],
    ["bareFormat()",      "typefield",          'did you mean "typeField"?'],
  ])("of %s, %s, is told what to do", async (owner, name, advice) => {
    expect(await complaintOf(() => ENTRIES[owner]?.({ [name]: 1 }))).toContain(advice);
  });
});

describe("a type that does not exist [M04]", () => {
  const client = shared.wrap(new FakeSocket());
  const server = shared.serve(new FakeConnection());
  const say: string = "sey";

  // oxfmt-ignore
  it.each<[string, () => unknown, string]>([
    // @ts-expect-error -- no such type
    ["send",      () => client.send(say),             'this end sends no event "sey": did you mean "say"? Its events are say'],
    // @ts-expect-error -- a request
    ["send",      () => client.send("ask"),           'this end sends no event "ask": it is a request. Its events are say'],
    // @ts-expect-error -- an event
    ["request",   () => client.request("say"),        'this end sends no request "say": it is an event. Its requests are ask'],
    // @ts-expect-error -- no request
    ["request",   () => server.request("said"),       'this end sends no request "said": it is an event. There are none'],
    // @ts-expect-error -- no such type
    ["on",        () => server.on("sya", () => {}),   'the peer sends no type "sya": did you mean "say"? Its types are say, ask'],
    // @ts-expect-error -- no such type
    ["serialize", () => shared.serialize("siad"),     'the server sends no event "siad": did you mean "said"? Its events are said'],
    // @ts-expect-error -- no such type
    ["handlers",  () => shared.serve(new FakeConnection(), { handlers: { sya: () => {} } }), 'did you mean "say"?'],
  ])("is refused by %s", async (_entry, use, message) => {
    expect(await complaintOf(use)).toContain(message);
  });
});
