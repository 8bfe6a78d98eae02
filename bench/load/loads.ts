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

/** Connections are opened and closed, so many at a time. */
export interface ConnectionsLoad {
  readonly kind: "connections";
  readonly name: string;
  readonly title: string;
  readonly atATime: number;
}

/** Connections stay idle, after a few compressed messages each or none. */
export interface MemoryLoad {
  readonly kind: "memory";
  readonly name: string;
  readonly title: string;
  readonly connections: number;
  readonly deflate: Deflate;
  readonly content: "json";
  readonly bytes: number;
  readonly messages: number;
}

/** The process under test is the client. */
export interface ClientLoad {
  readonly kind: "client";
  readonly name: string;
  readonly title: string;
  readonly connections: number;
  readonly inFlight: number;
  readonly bytes: number;
}

export type Load = EchoLoad | BroadcastLoad | ConnectionsLoad | MemoryLoad | ClientLoad;

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
    takeover: ", deflate with takeover",
    "no-takeover": ", deflate without takeover",
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

const CONNECTIONS: ConnectionsLoad = {
  kind: "connections",
  name: "connections",
  title: "New connections, opened and closed, 50 at a time",
  atATime: 50,
};

const MEMORY = (["", "takeover"] as const).map((deflate): MemoryLoad => ({
  kind: "memory",
  name: deflate === "" ? "memory-plain" : "memory-deflated",
  title: `5 000 idle connections${deflate === "" ? "" : " after deflated traffic"}`,
  connections: 5_000,
  deflate,
  content: "json",
  bytes: 700,
  messages: 4,
}));

const CLIENTS = [1, 64].map((inFlight): ClientLoad => ({
  kind: "client",
  name: `client-${inFlight}`,
  title: `Client: 50 × 20 B, ${inFlight} in flight`,
  connections: 50,
  inFlight,
  bytes: 20,
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
  CONNECTIONS,
  ...MEMORY,
  ...CLIENTS,
];

/** What a sample's figure counts. Of memory, less is better; of all else, more. */
export const UNITS: Readonly<Record<Load["kind"], string>> = {
  echo: "messages per CPU second",
  broadcast: "messages per CPU second",
  connections: "connections per CPU second",
  memory: "bytes per connection",
  client: "messages per CPU second",
};
