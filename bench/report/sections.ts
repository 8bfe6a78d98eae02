/** How the loads are grouped on the page, and what each group shows. */
import { figuresOf, shortNumber } from "../load/grid.js";
import type { Load } from "../load/loads.js";
import type { Cell } from "../load/sample.js";
import type { Panel } from "./chart.js";

export interface Section {
  readonly title: string;
  /** The chart is docs/performance/NAME.svg. */
  readonly name: string;
  readonly intro: string;
  readonly includes: (load: Load) => boolean;
  /** Whether raw `net` says something here. */
  readonly limit: "shown" | "beside the point";
}

export const SECTIONS: readonly Section[] = [
  {
    title: "Echo",
    name: "echo",
    intro:
      "Each connection keeps so many messages in flight: for each reply the next one leaves. Small messages many at a " +
      "time show what a message costs; one at a time, what a read and a write of the socket cost, which is the same for " +
      "everybody; large ones, how often a byte is copied.",
    includes: (load) => load.kind === "echo" && load.deflate === "",
    limit: "shown",
  },
  {
    title: "Compressed echo",
    name: "deflate",
    intro:
      "permessage-deflate with JSON, with and without context takeover. Each server has the window and level that it has by default, so look at the bytes " +
      "per reply, too. Raw `net` echoes the compressed frames as they are and is in the tables for the cost of the " +
      "socket alone. `websocket` and `faye-websocket` do not compress by themselves.",
    includes: (load) => load.kind === "echo" && load.deflate !== "",
    limit: "beside the point",
  },
  {
    title: "Broadcast",
    name: "broadcast",
    intro:
      "One member's message goes to all 1 000, and the next one leaves when the last member has it. plainsocket sends a " +
      "message from `prepareMessage` to each; `ws`, `websocket` and `faye-websocket` send in a loop, Bun publishes. " +
      "Raw `net` writes bytes built beforehand: the socket writes alone. Latency is the time until the last member has it.",
    includes: (load) => load.kind === "broadcast",
    limit: "shown",
  },
  {
    title: "Connections",
    name: "connections",
    intro:
      "Opening handshake, closing handshake, again; and what a connection holds while nobody speaks: the growth of the " +
      "resident memory of a fresh process by 5 000 connections, after a garbage collection (Bun is not asked for one). " +
      "Deflated traffic is four JSON messages of 700 B each way on every connection.",
    includes: (load) => load.kind === "connections" || load.kind === "memory",
    limit: "shown",
  },
  {
    title: "Clients",
    name: "clients",
    intro:
      "The other way round: the client is measured, against one server for all that answers with frames built " +
      "beforehand. `plainsocket` is `connect()`, `plainsocket-standard` our `WebSocket` with the interface of the " +
      "browsers'. `undici` is the `WebSocket` of Node 22 and later.",
    includes: (load) => load.kind === "client",
    limit: "shown",
  },
];

/** One panel for each load that was measured. */
export function panelsOf(
  { includes, limit }: Section,
  loads: readonly Load[],
  cells: readonly Cell[],
): Panel[] {
  return loads.filter(includes).flatMap((load): Panel[] => {
    const figures = figuresOf(cells.filter((cell) => cell.load === load.name));
    if (figures.size === 0) return [];
    const bars = Array.from(figures, ([label, value]) => ({
      label,
      value,
      text: shortNumber(value),
      kind: kindOf(label),
    }));
    const shown = bars.filter(({ kind }) => limit === "shown" || kind !== "limit");
    return [{ title: load.title, bars: shown }];
  });
}

function kindOf(peer: string): "ours" | "limit" | "other" {
  if (peer === "net") return "limit";
  return peer.startsWith("plainsocket") ? "ours" : "other";
}
