/**
 * Writes docs/errors.md from the tables that the errors themselves come from.
 * With `--check` it writes nothing, and fails when the page is not what it would write.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { TRANSPORT_FAULTS } from "../../src/node/connection/transport-error.js";
import {
  HANDSHAKE_FAULTS,
  HandshakeError,
  type HandshakeFault,
  ProtocolError,
  VIOLATIONS,
} from "../../src/protocol/index.js";

const PAGE = path.join(process.cwd(), "docs", "errors.md");

const EXAMPLE = new ProtocolError("MESSAGE_TOO_BIG", {
  value: 1_500_000,
  what: "bytes",
  limit: 1_048_576,
}).message;

const REFUSED = new HandshakeError("STATUS_UNEXPECTED", {
  url: "wss://example.org/chat",
  detail: "it answered 403",
  body: new TextEncoder().encode("members only"),
}).message;

export function errorsPage(): string {
  const violations = Object.entries(VIOLATIONS).map(
    ([code, { closeCode, section, reason, rule }]) =>
      `| \`${code}\` | ${closeCode} | ${reason} | ${rule} | ${section} |`,
  );
  const faults = Object.entries<HandshakeFault>(HANDSHAKE_FAULTS).map(
    ([code, { httpStatus, section, rule, option }]) =>
      `| \`${code}\` | ${httpStatus ?? "–"} | ${rule} | ${option ? `\`${option}\`` : "–"} | ${section} |`,
  );
  const transport = Object.entries(TRANSPORT_FAULTS).map(
    ([code, { rule }]) => `| \`${code}\` | ${rule} |`,
  );
  return `# Errors

Generated from the tables in \`src/protocol/errors.ts\`, \`src/protocol/handshake/handshake-error.ts\` and
\`src/node/connection/transport-error.ts\` (\`npm run docs\`).

Errors of a peer are never thrown at you. Once a connection is open they arrive as \`error\` of the \`close\` event; before
that a server answers them over HTTP, and \`connect()\` rejects with a \`HandshakeError\`. Wrong arguments are thrown at
once, as \`TypeError\` or \`RangeError\`, before anything has happened. All others extend \`WebSocketError\` and have a \`code\`
that stays the same while messages may change.

## ProtocolError: the peer broke a rule on an open connection

It is told the close code and the reason in a Close frame, and the connection ends. The message is the reason, the rule and where
it stands: \`${EXAMPLE}\`. In the place of names in braces stands what was found:
\`{value}\` and \`{limit}\` are also properties of the error, and \`option\` names the option that is the limit.

| \`code\` | Close code | Reason in the Close frame | Rule | Where it stands |
| --- | --- | --- | --- | --- |
${violations.join("\n")}

## HandshakeError: the opening handshake failed

The status is what a server answers; \`connect()\` reports what the server answered as \`httpStatus\`, with \`headers\` and the
first 16 KiB of the \`body\`, a Buffer, and as \`bodyText\`. The message has the address without user information and query (also as
\`url\`), the rule, the status, the first line of the body, and where the rule stands:

\`${REFUSED}\`

Where the rule is a limit, the message names the option, what it is set to and, where it is known, the number over it; they are
also \`option\`, \`limit\` and \`value\`.

| \`code\` | HTTP status | Rule | Option | Where it stands |
| --- | --- | --- | --- | --- |
${faults.join("\n")}

## TransportError: the connection ended outside the protocol

The error of the socket is the \`cause\`. \`value\`, \`option\` and \`limit\` are as above.

| \`code\` | Message |
| --- | --- |
${transport.join("\n")}

## CodecError

\`CODEC_FAILED\`: zlib failed through no fault of the peer, for want of memory for example. The peer gets 1011 with the message
as its reason.
`;
}

if (process.argv[1] !== undefined && path.basename(process.argv[1]).startsWith("errors-page")) {
  if (!process.argv.includes("--check")) writeFileSync(PAGE, errorsPage());
  else if (readFileSync(PAGE, "utf8") !== errorsPage()) {
    console.error("docs/errors.md is stale: run npm run docs");
    process.exitCode = 1;
  }
}
