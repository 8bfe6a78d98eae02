/**
 * Writes docs/errors.md from the tables that the errors themselves come from.
 * With `--check` it writes nothing, and fails when the page is not what it would write.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { HANDSHAKE_FAULTS, VIOLATIONS } from "../../src/protocol/index.js";

const PAGE = path.join(process.cwd(), "docs", "errors.md");

export function errorsPage(): string {
  const violations = Object.entries(VIOLATIONS).map(
    ([code, { closeCode, section, rule }]) =>
      `| \`${code}\` | ${closeCode} | ${section} | ${rule} |`,
  );
  const faults = Object.entries(HANDSHAKE_FAULTS).map(
    ([code, { httpStatus, section, rule }]) =>
      `| \`${code}\` | ${httpStatus ?? "–"} | ${section} | ${rule} |`,
  );
  return `# Errors

Generated from the tables in \`src/protocol/errors.ts\` and \`src/protocol/handshake/handshake-error.ts\`
(\`npm run docs\`).

Errors of a peer are never thrown at you. Once a connection is open they arrive as \`error\` of the \`close\` event; before
that a server answers them over HTTP, and \`connect()\` rejects with a \`HandshakeError\`. Wrong arguments are thrown at
once, as \`TypeError\` or \`RangeError\`, before anything has happened. All others extend \`WebSocketError\` and have a \`code\`
that stays the same while messages may change.

## ProtocolError: the peer broke a rule on an open connection

It is told the close code in a Close frame, and the connection ends.

| \`code\` | Close code | Where it stands | Rule |
| --- | --- | --- | --- |
${violations.join("\n")}

## HandshakeError: the opening handshake failed

The status is what a server answers; \`connect()\` reports what the server answered as \`httpStatus\`, with \`headers\` and the
first 16 KiB of the \`body\`.

| \`code\` | HTTP status | Where it stands | Rule |
| --- | --- | --- | --- |
${faults.join("\n")}

## TransportError: the connection ended outside the protocol

| \`code\` | What happened |
| --- | --- |
| \`PONG_TIMEOUT\` | The peer was silent for \`pongTimeoutMs\` after a ping |
| \`CLOSE_TIMEOUT\` | The closing handshake took longer than \`closeTimeoutMs\` |
| \`BUFFER_OVERFLOW\` | The peer read too slowly, and \`bufferPolicy\` gave it up |
| \`TRANSPORT_FAILED\` | The socket failed; its error is the \`cause\` |
| \`TERMINATED\` | \`terminate()\` was called |

## CodecError

\`CODEC_FAILED\`: zlib failed through no fault of the peer, for want of memory for example. The peer gets 1011.
`;
}

if (process.argv[1] !== undefined && path.basename(process.argv[1]).startsWith("errors-page")) {
  if (!process.argv.includes("--check")) writeFileSync(PAGE, errorsPage());
  else if (readFileSync(PAGE, "utf8") !== errorsPage()) {
    console.error("docs/errors.md is stale: run npm run docs");
    process.exitCode = 1;
  }
}
