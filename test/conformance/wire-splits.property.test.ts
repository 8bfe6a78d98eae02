/** The wire scripts over TCP and TLS, cut in two anywhere. In memory every place is tried; here each takes a connection. */
import * as fc from "fast-check";
import { afterAll, describe, it } from "vitest";
import { playScript, scriptLength } from "../support/wire-runner.js";
import type { TransportName } from "../support/wire-transport.js";
import { ClientEndpoint, ServerEndpoint } from "./endpoints/plainsocket.js";
import { scriptsFor } from "./scripts/index.js";

/** Ports of the loopback address are used up by more, for a minute. */
const MOST_RUNS = 10_000;

const numRuns = Math.min(fc.readConfigureGlobal().numRuns ?? 100, MOST_RUNS);

describe.each<TransportName>(["tcp", "tls"])("over %s", (transport) => {
  const server = new ServerEndpoint(transport);
  afterAll(() => server.stop());

  it.each([server, new ClientEndpoint(transport)])(
    "a $role does the same wherever what it gets is cut",
    async (endpoint) => {
      const scripts = scriptsFor(endpoint.role).filter(
        (script) => scriptLength(script, endpoint.role) > 1,
      );
      const cuts = fc
        .constantFrom(...scripts)
        .chain((script) =>
          fc
            .integer({ min: 1, max: scriptLength(script, endpoint.role) - 1 })
            .map((splitAt) => ({ script, splitAt })),
        );
      await fc.assert(
        fc.asyncProperty(cuts, ({ script, splitAt }) => playScript(script, endpoint, { splitAt })),
        { numRuns },
      );
    },
  );
});
