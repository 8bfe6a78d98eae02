/** The loads: what travels, on how many connections, and how much of it at a time. */
import type { Deflate } from "./upgrade.js";

export interface EchoLoad {
  readonly kind: "echo";
  readonly name: string;
  readonly title: string;
  readonly connections: number;
  readonly inFlight: number;
  readonly content: "bytes" | "text" | "json";
  readonly bytes: number;
  readonly deflate: Deflate;
}

export interface BroadcastLoad {
  readonly kind: "broadcast";
  readonly name: string;
  readonly title: string;
  readonly members: number;
  readonly perTick: number;
  readonly bytes: number;
}

export type Load = EchoLoad | BroadcastLoad;

type Content = EchoLoad["content"];

function echo(
  connections: number,
  [bytes, size]: readonly [number, string],
  content: Content,
  inFlight: number,
  deflate: Deflate = "",
): EchoLoad {
  const context = { "": "", takeover: "-context", "no-takeover": "-alone" }[deflate];
  const how = {
    "": "",
    takeover: ", deflated with context takeover",
    "no-takeover": ", deflated without context takeover",
  }[deflate];
  const what = { bytes: "", text: " text", json: " JSON" }[content];
  return {
    kind: "echo",
    name: `${content}-${size.replace(" ", "").toLowerCase()}${context}-${inFlight}`,
    title: `${connections} × ${size}${what}${how}, ${inFlight} in flight`,
    connections,
    inFlight,
    content,
    bytes,
    deflate,
  };
}

const DEFLATED = ([100, 700] as const).flatMap((bytes) =>
  (["takeover", "no-takeover"] as const).flatMap((deflate) =>
    [1, 16].map((inFlight) => echo(20, [bytes, `${bytes} B`], "json", inFlight, deflate)),
  ),
);

const BROADCASTS = [1, 10].map((perTick): BroadcastLoad => ({
  kind: "broadcast",
  name: `broadcast-${perTick}`,
  title: `200 B to 1 000 members, ${perTick} a tick`,
  members: 1_000,
  perTick,
  bytes: 200,
}));

export const LOADS: readonly Load[] = [
  echo(50, [20, "20 B"], "bytes", 1),
  echo(50, [20, "20 B"], "bytes", 64),
  echo(50, [1_024, "1 KiB"], "text", 1),
  echo(50, [1_024, "1 KiB"], "text", 16),
  echo(10, [16_384, "16 KiB"], "bytes", 4),
  echo(4, [1_048_576, "1 MiB"], "bytes", 1),
  ...DEFLATED,
  echo(10, [16_384, "16 KiB"], "json", 4, "takeover"),
  ...BROADCASTS,
];
