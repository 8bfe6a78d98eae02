/** The servers that are compared. */
import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";

export interface Peer {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Whether it can be asked what it has used. Of the others the process table says it. */
  readonly hasChannel: boolean;
  /** `raw` writes back the bytes it read: it is no WebSocket server but the limit for one. */
  readonly echoes: "raw" | "messages";
}

/** What runs and where: `root` is the folder of package.json. */
export interface PeerPlaces {
  readonly root: string;
  readonly bun: string | undefined;
}

/** The first is the limit; `ws` is what the others are compared with. */
export const SERVERS = [
  "net",
  "plainsocket",
  "plainsocket-shared",
  "ws",
  "ws-js",
  "websocket",
  "faye",
  "bun",
] as const;
export const CLIENTS = [
  "net",
  "plainsocket",
  "plainsocket-standard",
  "ws",
  "ws-js",
  "undici",
  "bun",
] as const;

type PeerName = (typeof SERVERS | typeof CLIENTS)[number];

/** Peers that are others, started with something more in their environment. */
const VARIANTS: Partial<Record<PeerName, Pick<Peer, "env"> & { readonly module: string }>> = {
  "plainsocket-shared": { module: "plainsocket", env: { SHARED_READS: "1" } },
  // Without its native addon ws masks in JavaScript, as it does where no compiler is.
  "ws-js": { module: "ws", env: { WS_NO_BUFFER_UTIL: "1" } },
};

/** The servers that can run here: all but Bun need nothing beyond npm. */
export function knownServers(places: PeerPlaces): Peer[] {
  return SERVERS.flatMap((name) => peer(name, "servers", places));
}

/** The clients that can run here. */
export function knownClients(places: PeerPlaces): Peer[] {
  return CLIENTS.flatMap((name) => peer(name, "clients", places));
}

function peer(name: PeerName, folder: "servers" | "clients", { root, bun }: PeerPlaces): Peer[] {
  const runtime = name === "bun" ? bun : process.execPath;
  if (runtime === undefined) return [];
  const main = path.join(root, "bench", folder, "main.mjs");
  const { module = name, env = {} } = VARIANTS[name] ?? {};
  return [
    {
      name,
      command: name === "bun" ? [runtime, main, module] : [runtime, "--expose-gc", main, module],
      env,
      hasChannel: name !== "bun",
      echoes: name === "net" ? "raw" : "messages",
    },
  ];
}

/** Any command line, run by the shell. */
export function commandPeer(command: string): Peer {
  return {
    name: command,
    command: ["/bin/sh", "-c", `exec ${command}`],
    env: {},
    hasChannel: false,
    echoes: "messages",
  };
}

/** Where on `searchPath` a program is. */
export function findProgram(name: string, searchPath: string): string | undefined {
  return searchPath
    .split(path.delimiter)
    .map((folder) => path.join(folder, name))
    .find((file) => existsSync(file));
}
