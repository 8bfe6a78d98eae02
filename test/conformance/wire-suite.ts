/** All wire scripts against this library over one kind of transport, in every manner of delivery. */
import { afterAll, describe, it } from "vitest";
import { sample } from "../support/universal.js";
import type { Endpoint } from "../support/wire-open.js";
import { type Delivery, playScript, scriptLength } from "../support/wire-runner.js";
import type { WireScript } from "../support/wire-script.js";
import type { TransportName } from "../support/wire-transport.js";
import { ClientEndpoint, ServerEndpoint } from "./endpoints/plainsocket.js";
import { scriptsFor } from "./scripts/index.js";

/** Longer scripts are not sent byte by byte. */
const BYTEWISE_LIMIT = 5_000;

/** Longer scripts are split at the places up to here only: a first header, or the first frames. */
const SPLIT_LIMIT = sample(15, 80);

export interface WireSuiteOptions {
  /** Cuts each script in two at every place, too. */
  readonly everySplit: boolean;
  /** Plays each script in one manner, these in turn: for transports on which that takes long. */
  readonly inTurn?: boolean;
}

export function describeWireScripts(transport: TransportName, options: WireSuiteOptions): void {
  const server = new ServerEndpoint(transport);
  const client = new ClientEndpoint(transport);
  afterAll(() => server.stop());

  for (const endpoint of [server, client]) {
    describe(`a ${endpoint.role} over ${transport}`, () => {
      for (const [index, script] of scriptsFor(endpoint.role).entries()) {
        it(script.name, async () => {
          const all = deliveriesOf(script, endpoint, options);
          const at = index % all.length;
          for (const delivery of options.inTurn === true ? all.slice(at, at + 1) : all) {
            await playScript(script, endpoint, delivery);
          }
        });
      }
    });
  }
}

function deliveriesOf(
  script: WireScript,
  endpoint: Endpoint,
  { everySplit }: WireSuiteOptions,
): Delivery[] {
  const length = scriptLength(script, endpoint.role);
  const places = everySplit ? Math.min(length, SPLIT_LIMIT) : 0;
  const splits = Array.from({ length: places }, (_, splitAt) => ({ splitAt })).slice(1);
  const bytewise = length <= BYTEWISE_LIMIT ? (["bytewise"] as const) : [];
  return ["whole", "coalesced", ...bytewise, ...splits];
}
