/** How long a test waits for what has to come: no machine is so busy that it takes longer. Nothing that passes waits. */
export const PATIENCE_MS = 15_000;

/** Says that something happened, to whoever waits to look again. */
export class Signal {
  readonly #waiting = new Set<() => void>();

  notify(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Waits until `probe` finds something, and gives that; `undefined` when `timeoutMs` pass without. */
  async until<T>(probe: () => T | undefined, timeoutMs: number): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    let isLate = false;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        isLate = true;
        resolve();
      }, timeoutMs);
    });
    try {
      for (;;) {
        const found = probe();
        if (found !== undefined || isLate) return found;
        await Promise.race([late, new Promise<void>((wake) => this.#waiting.add(wake))]);
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Lets everything that is ready happen first. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
