/** What the options of the format without an envelope do. */
import { bareFormat, type BareFormatOptions } from "../../src/contract/index.js";
import { row, type Table } from "./row.js";

const read = (options: BareFormatOptions, value: object) => bareFormat(options).read(value);
const kindOf = (options: BareFormatOptions, value: object) => read(options, value).kind;

export const BARE_FORMAT: Table<BareFormatOptions> = {
  typeField: row(["type", "kind"], (typeField) => kindOf({ typeField }, { type: "say" }), [
    "event",
    "unreadable",
  ]),
  typeOf: row([() => "say", () => undefined], (typeOf) => kindOf({ typeOf }, { action: 1 }), [
    "event",
    "unreadable",
  ]),
  dataField: row(
    ["one", "two"],
    (dataField) => read({ dataField }, { type: "say", one: 1, two: 2 }),
    [1, 2].map((data) => ({ kind: "event", type: "say", data })),
  ),
  idField: row(["id", "number"], (idField) => kindOf({ idField }, { type: "say", id: 1 }), [
    "request",
    "event",
  ]),
  replyField: row(
    ["reply", "re"],
    (replyField) => kindOf({ idField: "id", replyField }, { re: 1 }),
    ["unreadable", "reply"],
  ),
  writeError: row(
    [undefined, () => ({ oops: true })],
    (writeError) =>
      bareFormat(writeError ? { writeError } : {}).write({
        kind: "error",
        error: { code: "A", message: "B" },
      }),
    [{ error: "B" }, { oops: true }],
  ),
  readError: row(
    [undefined, () => ({ code: "A", message: "B" })],
    (readError) => kindOf(readError ? { readError } : {}, { oops: true }),
    ["unreadable", "error"],
  ),
};
