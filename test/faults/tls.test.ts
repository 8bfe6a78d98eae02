// TLS that does not come about: certificates, plain text, alerts, resets.
import { expect } from "vitest";
import { connect } from "../../src/node/index.js";
import { CA, EXPIRED, KEY, LOCALHOST, OTHER_HOST } from "../support/certificates/index.js";
import { RawClient, upgradeRequest } from "../support/raw-client.js";
import { eventually, settle } from "../support/raw-peer.js";
import { test } from "../support/universal.js";

test.for([
  ["signed by nobody known", LOCALHOST, {}, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ["signed by itself", CA, {}, "DEPTH_ZERO_SELF_SIGNED_CERT"],
  ["of another host", OTHER_HOST, { ca: CA }, "ERR_TLS_CERT_ALTNAME_INVALID"],
  ["that has expired", EXPIRED, { ca: CA }, "CERT_HAS_EXPIRED"],
] as const)(
  "a certificate %s is refused, and the error says so [A36]",
  async ([, cert, tls, code], { world }) => {
    const server = await world.stub({ tls: { key: KEY, cert } });
    const opening = connect(`wss://localhost:${server.port}/`, { clock: world.clock, tls });
    const error: unknown = await opening.catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "TRANSPORT_FAILED",
      message: expect.stringContaining(code),
    });
    await server.deserted();
  },
);

test.for([
  ["plain text from", "HTTP/1.1 400 Bad Request\r\n\r\n"],
  ["an alert of", Buffer.from("15030300020228", "hex")],
] as const)(
  "%s a port that should speak TLS is an error that says so [A36]",
  async ([, bytes], { world }) => {
    const server = await world.stub();
    const opening = connect(`wss://${server.authority}/`, { clock: world.clock });
    const failed = opening.catch((error: unknown) => error);
    const peer = await server.next();
    await peer.arrived(1);
    peer.write(bytes);
    expect(await failed).toMatchObject({
      code: "TRANSPORT_FAILED",
      message: expect.stringMatching(/SSL|TLS/),
    });
  },
);

test.for([
  ["plain text", upgradeRequest()],
  ["half a record, then a reset", Uint8Array.of(0x16, 0x03, 0x01)],
] as const)("%s at a server's TLS port does no harm [A36]", async ([, bytes], { world }) => {
  const under = await world.serve({ tls: { key: KEY, cert: LOCALHOST } });
  using client = await RawClient.send(under, bytes);
  await settle();
  if (bytes.length > 3) await client.ended();
  else client.socket.resetAndDestroy();
  using other = await RawClient.connectTls(under, CA);
  other.send(upgradeRequest());
  expect((await other.head()).startLine).toContain("101");
  await eventually(() => under.server.connections.size === 1);
  expect(Buffer.from(client.received).toString("latin1")).not.toContain("HTTP");
});
