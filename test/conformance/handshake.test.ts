/** The tables of opening handshakes against the server and the client. */
import { afterAll, describe, it } from "vitest";
import { sample } from "../support/universal.js";
import { type HeadDelivery, playRequest, playResponse } from "../support/wire-exchange-runner.js";
import { type TransportName, TRANSPORTS } from "../support/wire-transport.js";
import { ClientEndpoint, ServerEndpoint } from "./endpoints/plainsocket.js";
import { ACCEPTED_REQUESTS } from "./scripts/requests-accepted.js";
import { REFUSED_REQUESTS } from "./scripts/requests-refused.js";
import { OPENING_RESPONSES, REFUSED_RESPONSES } from "./scripts/responses.js";

/** Longer heads are not sent byte by byte. */
const BYTEWISE_LIMIT = 5_000;
/** Over sockets, one in so many is: each byte is a segment, or a record, there. */
const BYTEWISE_EVERY = sample(5, 1);

function deliveriesOf(head: Uint8Array, transport: TransportName, index: number): HeadDelivery[] {
  const isBytewise = transport === "memory" || index % BYTEWISE_EVERY === 0;
  return isBytewise && head.length <= BYTEWISE_LIMIT ? ["whole", "bytewise"] : ["whole"];
}

describe.each(TRANSPORTS)("over %s", (transport) => {
  const server = new ServerEndpoint(transport);
  const client = new ClientEndpoint(transport);
  afterAll(() => server.stop());

  describe("the server", () => {
    for (const [index, test] of [...ACCEPTED_REQUESTS, ...REFUSED_REQUESTS].entries()) {
      it(test.name, async () => {
        for (const delivery of deliveriesOf(test.request, transport, index))
          await playRequest(test, server, delivery);
      });
    }
  });

  describe("the client", () => {
    for (const [index, test] of OPENING_RESPONSES.entries()) {
      it(test.name, async () => {
        for (const delivery of deliveriesOf(test.response(""), transport, index)) {
          await playResponse(test, "opens", client, delivery);
        }
      });
    }
    for (const [index, test] of REFUSED_RESPONSES.entries()) {
      it(test.name, async () => {
        for (const delivery of deliveriesOf(test.response(""), transport, index)) {
          await playResponse(test, "fails", client, delivery);
        }
      });
    }
  });
});

describe("cut in two at every place", () => {
  const server = new ServerEndpoint("memory");
  const client = new ClientEndpoint("memory");
  const places = (head: Uint8Array): number[] => Array.from({ length: head.length }, (_, i) => i);

  for (const test of ACCEPTED_REQUESTS.slice(0, 1)) {
    it(`the server ${test.name}`, async () => {
      for (const splitAt of places(test.request)) await playRequest(test, server, { splitAt });
    });
  }
  for (const test of OPENING_RESPONSES.slice(0, 1)) {
    it(`the client ${test.name}`, async () => {
      for (const splitAt of places(test.response("x".repeat(28)))) {
        await playResponse(test, "opens", client, { splitAt });
      }
    });
  }
});
