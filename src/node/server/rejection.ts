/** How an application refuses a client: with an HTTP response, or with a Close frame. */
import { brand, checkOptions, type Names } from "../../input/index.js";
import { buildResponse, type HttpResponse, WebSocketError } from "../../protocol/index.js";
import { checkCloseStatus } from "../connection/ending.js";
import { type ClosingAcceptance, type Refusal, REJECTED } from "./refusal.js";

/** The answer to a rejected client. */
type Answer =
  | { readonly type: "response"; readonly httpStatus: number; readonly response: Uint8Array }
  | { readonly type: "close"; readonly closeCode: number; readonly reason: string };

/**
 * The result of {@link reject} and {@link acceptThenClose}: return or throw it. It is an error so that it
 * may be thrown; it is never reported as one.
 */
export class Rejection extends WebSocketError {
  override readonly name = "Rejection";
  override readonly code = "REJECTED";
  readonly #answer: Answer;

  constructor(answer: Answer) {
    super(
      answer.type === "response"
        ? `the application answered with ${answer.httpStatus}`
        : `the application accepted, to close with ${answer.closeCode}`,
    );
    this.#answer = answer;
  }

  get answer(): Answer {
    return this.#answer;
  }
}

const isRejection: (value: unknown) => value is Rejection = brand(Rejection, "Rejection");

/**
 * The refusal that a {@link Rejection} stands for, of whichever copy of the package; `undefined` for
 * any other value.
 *
 * @throws {TypeError | RangeError} The rejection is of another version, and cannot be read or cannot be
 *   sent: the client must not get in for that.
 */
export function refusalFrom(value: unknown): Refusal | ClosingAcceptance | undefined {
  if (!isRejection(value)) return undefined;
  const { answer } = value;
  if (!isAnswer(answer)) {
    throw new TypeError("this rejection is of a version of plainsocket that is too different");
  }
  if (answer.type === "response") {
    const { httpStatus, response } = answer;
    return { type: "refuse", httpStatus, code: "REJECTED", reason: REJECTED, response };
  }
  const { closeCode, reason: closeReason } = answer;
  checkCloseStatus(closeCode, closeReason);
  return { type: "close", code: "REJECTED", reason: REJECTED, closeCode, closeReason };
}

/** Checks an answer: that of another version may be anything. */
function isAnswer(answer: object | undefined): answer is Answer {
  const { type, httpStatus, response, closeCode, reason } = Object(answer);
  return type === "response"
    ? Number.isInteger(httpStatus) && httpStatus >= 200 && ArrayBuffer.isView(response)
    : type === "close" && typeof closeCode === "number" && typeof reason === "string";
}

const RESPONSE: Names<Omit<HttpResponse, "httpStatus">> = {
  owner: "reject()",
  known: { headers: true, body: true },
  advice: { message: "use body", reason: "use body" },
};

/**
 * Refuses a client with an HTTP response in place of 101 (RFC 6455 §4.2.2). Programs see the status. A
 * page in a browser sees only 1006: use {@link acceptThenClose} when the page must know why.
 *
 * @param httpStatus - 200 to 599; 401 and 403 are the usual ones.
 * @param response - Headers and body; the body is text/plain unless a header says otherwise.
 * @throws {RangeError} The status cannot be sent.
 * @throws {TypeError} A header cannot be sent, because of a line break for example. Or an option does not exist.
 */
export function reject(
  httpStatus: number,
  response: Omit<HttpResponse, "httpStatus"> = {},
): Rejection {
  checkOptions(response, RESPONSE);
  return new Rejection({
    type: "response",
    httpStatus,
    response: buildResponse({ ...response, httpStatus }),
  });
}

/**
 * Refuses a client with a Close frame right behind the 101, so that a page in a browser can read why:
 * 4401, 4403 and 4429 are common. There is no `connection` event. Until the client has closed, it
 * counts for `maxConnections`.
 *
 * @throws {RangeError} `closeCode` may not be sent, or `reason` is over 123 bytes.
 */
export function acceptThenClose(closeCode: number, reason = ""): Rejection {
  checkCloseStatus(closeCode, reason);
  return new Rejection({ type: "close", closeCode, reason });
}
