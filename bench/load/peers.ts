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

/** The order of all tables. The first is the limit; `ws` is what the others are compared with. */
export const PEER_NAMES = [
  "net",
  "plainsocket",
  "ws",
  "ws-js",
  "websocket",
  "faye",
  "bun",
] as const;

export type PeerName = (typeof PEER_NAMES)[number];

/** What runs and where: `root` is the folder of package.json. */
export interface PeerPlaces {
  readonly root: string;
  readonly bun: string | undefined;
}

const MODULES: Readonly<Record<PeerName, string>> = {
  net: "net",
  plainsocket: "plainsocket",
  ws: "ws",
  "ws-js": "ws",
  websocket: "websocket",
  faye: "faye",
  bun: "bun",
};

/** Without its native addon ws unmasks in JavaScript, as it does where no compiler is. */
const ENVIRONMENTS: Readonly<Partial<Record<PeerName, Readonly<Record<string, string>>>>> = {
  "ws-js": { WS_NO_BUFFER_UTIL: "1" },
};

/** The peers that can run here: all but Bun need nothing beyond npm. */
export function knownPeers({ root, bun }: PeerPlaces): Peer[] {
  const main = path.join(root, "bench", "servers", "main.mjs");
  return PEER_NAMES.flatMap((name) => {
    const runtime = name === "bun" ? bun : process.execPath;
    if (runtime === undefined) return [];
    const module = MODULES[name];
    return {
      name,
      command: name === "bun" ? [runtime, main, module] : [runtime, "--expose-gc", main, module],
      env: ENVIRONMENTS[name] ?? {},
      hasChannel: name !== "bun",
      echoes: name === "net" ? "raw" : "messages",
    };
  });
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
