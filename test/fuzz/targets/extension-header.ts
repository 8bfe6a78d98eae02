/** Sec-WebSocket-Extensions, next to a reader of the same grammar that is made of regular expressions (§9.1). */
import {
  acceptDeflateOffer,
  type Extension,
  Fields,
  judgeDeflateResponse,
  parseExtensions,
  serializeExtensions,
} from "../../../src/protocol/index.js";
import { bytesOf, type FuzzTarget, mustEqual, textOf } from "../target.js";
import { codeOf } from "./heads.js";

const CONFIGS = [{}, { clientMaxWindowBits: 10, serverNoContextTakeover: true }];

export const extensionHeader: FuzzTarget = {
  name: "extension-header",
  sources: ["/src/protocol/handshake/extension-header", "/src/protocol/extensions/deflate"],
  seeds: [
    "permessage-deflate",
    "permessage-deflate; client_max_window_bits; server_max_window_bits=10",
    'a, permessage-deflate ;server_no_context_takeover, b; c="d"; e = f,,',
    'permessage-deflate; client_max_window_bits="1\\5"',
  ].map((text) => bytesOf(text)),
  // oxfmt-ignore
  words: [
    "permessage-deflate", "; ", ", ", "=", '"', "\\", "\t", " ", "8", "15", "16", "08", '"9"',
    "client_max_window_bits", "server_max_window_bits", "client_no_context_takeover",
    "server_no_context_takeover", "__proto__", "constructor", "; client_max_window_bits=8",
  ],
  run: (input) => {
    const text = textOf(input);
    const parsed = parse(text);
    mustEqual(parsed, slowly(text), "the elements");
    if (parsed === undefined) return "EXTENSIONS_INVALID";
    mustEqual(parse(serializeExtensions(parsed)), parsed, "written and read again");
    const accepted = CONFIGS.map((config) => acceptDeflateOffer(parsed, config) !== undefined);
    return `${parsed.length > 0} ${accepted.join()} ${judge(parsed)}`;
  },
};

function parse(text: string): readonly Extension[] | undefined {
  try {
    return parseExtensions(new Fields([["Sec-WebSocket-Extensions", text]]));
  } catch (error) {
    codeOf(error, ["EXTENSIONS_INVALID"]);
    return undefined;
  }
}

function judge(parsed: readonly Extension[]): string {
  try {
    return `${judgeDeflateResponse(parsed, CONFIGS) !== undefined}`;
  } catch (error) {
    return codeOf(error, ["EXTENSION_UNOFFERED", "DEFLATE_RESPONSE_INVALID"]);
  }
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const QUOTED = '"(?:[^"\\\\]|\\\\[^])*"';
const PARAMETER = `[ \\t]*;[ \\t]*(${TOKEN})(?:[ \\t]*=[ \\t]*(${TOKEN}|${QUOTED}))?`;
const ELEMENT = new RegExp(`^[ \\t]*(${TOKEN})((?:${PARAMETER})*)[ \\t]*(?:,|$)`);

/** The elements of a list; `undefined` when it is none. */
function slowly(text: string): Extension[] | undefined {
  const extensions: Extension[] = [];
  for (let rest = text; /[^ \t,]/.test(rest);) {
    rest = rest.replace(/^[ \t,]+/, "");
    const [whole, name, list] = ELEMENT.exec(rest) ?? [];
    if (whole === undefined || name === undefined) return undefined;
    const parameters: [string, string | undefined][] = [];
    for (const [, key = "", value] of (list ?? "").matchAll(new RegExp(PARAMETER, "g"))) {
      const plain = value?.startsWith('"')
        ? value.slice(1, -1).replaceAll(/\\([^])/g, "$1")
        : value;
      if (plain !== undefined && !new RegExp(`^${TOKEN}$`).test(plain)) return undefined;
      parameters.push([key, plain]);
    }
    extensions.push({ name, parameters });
    rest = rest.slice(whole.length);
  }
  return extensions;
}
