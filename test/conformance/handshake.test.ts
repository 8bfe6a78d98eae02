/** The tables of opening handshakes against the server and the client. */
import { afterAll, describe, it } from "vitest";
import { type HeadDelivery, playRequest, playResponse } from "../support/wire-exchange-runner.js";
import { TRANSPORTS } from "../support/wire-transport.js";
import { ClientEndpoint, ServerEndpoint } from "./endpoints/plainsocket.js";
import { ACCEPTED_REQUESTS } from "./scripts/requests-accepted.js";
import { REFUSED_REQUESTS } from "./scripts/requests-refused.js";
import { OPENING_RESPONSES, REFUSED_RESPONSES } from "./scripts/responses.js";

/** Longer heads are not sent byte by byte. */
const BYTEWISE_LIMIT = 5_000;

const deliveries = (head: Uint8Array): HeadDelivery[] =>
  head.length <= BYTEWISE_LIMIT ? ["whole", "bytewise"] : ["whole"];

describe.each(TRANSPORTS)("over %s", (transport) => {
  const server = new ServerEndpoint(transport);
  const client = new ClientEndpoint(transport);
  afterAll(() => server.stop());

  describe("the server", () => {
    for (const test of [...ACCEPTED_REQUESTS, ...REFUSED_REQUESTS]) {
      it(test.name, async () => {
        for (const delivery of deliveries(test.request)) await playRequest(test, server, delivery);
      });
    }
  });

  describe("the client", () => {
    for (const test of OPENING_RESPONSES) {
      it(test.name, async () => {
        for (const delivery of deliveries(test.response(""))) {
          await playResponse(test, "opens", client, delivery);
        }
      });
    }
    for (const test of REFUSED_RESPONSES) {
      it(test.name, async () => {
        for (const delivery of deliveries(test.response(""))) {
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
