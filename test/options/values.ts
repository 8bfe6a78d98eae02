/** What the members of events and errors that applications make are there for: each can be read again. */
import { CloseEvent, ErrorEvent, HandshakeError } from "../../src/index.js";
import { Fields } from "../../src/protocol/index.js";
import { row, type Table } from "./row.js";

type CloseEventInit = NonNullable<ConstructorParameters<typeof CloseEvent>[1]>;
type ErrorEventInit = NonNullable<ConstructorParameters<typeof ErrorEvent>[1]>;
type HandshakeErrorOptions = NonNullable<ConstructorParameters<typeof HandshakeError>[1]>;

const closed = (init: CloseEventInit) => new CloseEvent("close", init);
const failed = (init: ErrorEventInit) => new ErrorEvent("error", init);
const error = (options: HandshakeErrorOptions) => new HandshakeError("HEAD_TOO_LARGE", options);

export const CLOSE_EVENT: Table<Pick<CloseEventInit, "code" | "reason" | "wasClean">> = {
  code: row([1000, 4000], (code) => closed({ code }).code, [1000, 4000]),
  reason: row(["", "bye"], (reason) => closed({ reason }).reason, ["", "bye"]),
  wasClean: row([false, true], (wasClean) => closed({ wasClean }).wasClean, [false, true]),
};

export const ERROR_EVENT: Table<Pick<ErrorEventInit, "message" | "error">> = {
  message: row(["", "why"], (message) => failed({ message }).message, ["", "why"]),
  error: row([1, 2], (value) => failed({ error: value }).error, [1, 2]),
};

export const HANDSHAKE_ERROR: Table<HandshakeErrorOptions> = {
  detail: row([undefined, "why"], (detail) => error({ detail }).message.includes("why"), [
    false,
    true,
  ]),
  limit: row([1, 2], (limit) => error({ limit }).limit, [1, 2]),
  value: row([1, 2], (value) => error({ value }).value, [1, 2]),
  httpStatus: row([400, 500], (httpStatus) => error({ httpStatus }).httpStatus, [400, 500]),
  headers: row(
    ["one", "two"],
    (value) => error({ headers: new Fields([["x-name", value]]) }).headers?.get("x-name"),
    ["one", "two"],
  ),
  body: row(["one", "two"], (text) => error({ body: Buffer.from(text) }).bodyText, ["one", "two"]),
  url: row(["ws://a/", "ws://b/"], (url) => error({ url }).message.startsWith("ws://a/"), [
    true,
    false,
  ]),
  cause: row([1, 2], (cause) => error({ cause }).cause, [1, 2]),
};
