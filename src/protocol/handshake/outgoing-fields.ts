// Header fields that the application adds to a request or a response.

/** Header fields as the application gives them: `{ name: value }`, `{ name: [value, value] }`, or a list of pairs (`Headers`, `Map`, {@link Fields}). */
export type HeaderFields =
  | Readonly<Record<string, string | readonly string[]>>
  | Iterable<readonly [name: string, value: string]>;
