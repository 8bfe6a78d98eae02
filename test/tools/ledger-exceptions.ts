/** Rows that no test can show, with the reason, or with the page that keeps them. */
export interface Exception {
  readonly row: string;
  readonly why: string;
  /** Relative to docs/. */
  readonly page?: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    row: "6455-5.5-06",
    why: "a matter of what applications do with the reason; said on the page",
    page: "security.md",
  },
];
