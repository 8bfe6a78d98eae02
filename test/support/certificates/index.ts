/** Certificates and their key, for tests over TLS. All are signed by {@link CA}; `make` beside this file makes them. */
import { readFileSync } from "node:fs";

function read(name: string): string {
  return readFileSync(new URL(`${name}.pem`, import.meta.url), "utf8");
}

/** The key of all of them. It protects nothing. */
export const KEY: string = read("key");

/** Trusted by nobody who is not told to. Given as a server's certificate it is self-signed. */
export const CA: string = read("ca");

/** For `localhost`, 127.0.0.1 and ::1. */
export const LOCALHOST: string = read("localhost");

/** For other.example alone. */
export const OTHER_HOST: string = read("other-host");

/** For `localhost` until 2020-01-02. */
export const EXPIRED: string = read("expired");

/** For a client that has to say who it is. */
export const CLIENT: string = read("client");
