// The parts of every platform (browsers, Node, Bun, Deno, workers) that this layer may use besides ECMAScript.
// Anything else (Buffer, process, node:*, window) fails to compile under src/contract/tsconfig.json.

declare class TextDecoder {
  constructor(label?: "utf-8", options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: Uint8Array): string;
}

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

interface Timeout {
  readonly timeout: never;
}

declare function setTimeout(callback: () => void, delayMs: number): Timeout;
declare function clearTimeout(timer: Timeout): void;

declare const performance: { now(): number };
declare const console: { error(...values: unknown[]): void };
