/** The format for existing systems: flat messages without an envelope, told apart by their own fields. */
import { checkOptions, type Names } from "../input/index.js";
import {
  type Envelope,
  type Fields,
  type Format,
  INVALID,
  isFields,
  isMessageId,
  type MessageId,
  own,
  type Unreadable,
} from "./envelope.js";
import type { ErrorBody } from "./error-reply.js";

/** The meaning of the fields of a flat message. Options of {@link bareFormat}. */
export interface BareFormatOptions {
  /** The field that names the type. @defaultValue "type" */
  readonly typeField?: string;
  /**
   * Finds the type of a message that does not name it. Then all fields are its data, and `typeField`
   * and `dataField` have no effect. A message for which it throws is invalid.
   */
  readonly typeOf?: (fields: Fields) => string | undefined;
  /** The field that holds the data. @defaultValue all fields but the type are the data */
  readonly dataField?: string;
  /** The field with a request's id. Without it the contract can have no requests. */
  readonly idField?: string;
  /** The field of a reply with the id of its request. It may be `idField`. @defaultValue "reply" */
  readonly replyField?: string;
  /** Makes the fields of an error reply. @defaultValue makes `{ error: message, details }` */
  readonly writeError?: (error: ErrorBody) => Fields;
  /**
   * Reads an error reply; gives `undefined` for other messages. The default reads the fields that the
   * default of `writeError` makes, with the code "UNKNOWN". With another `writeError` the default reads
   * no error replies: set both, or declare the type of its messages as an event.
   */
  readonly readError?: (fields: Fields) => ErrorBody | undefined;
}

/** A new option is a row here. */
const NAMES: Names<BareFormatOptions> = {
  owner: "bareFormat()",
  known: {
    typeField: true,
    typeOf: true,
    dataField: true,
    idField: true,
    replyField: true,
    writeError: true,
    readError: true,
  },
};

/**
 * Makes a format of flat objects. It has no pings, acknowledgements and cancellations of its own: if
 * the system has them, declare them as types of the contract.
 *
 * @throws {TypeError} An option does not exist.
 */
export function bareFormat(options: BareFormatOptions = {}): Format {
  checkOptions(options, NAMES);
  const format = new BareFormat(options);
  return {
    read: (value) => format.read(value),
    write: (envelope) => format.write(envelope),
    hasRequests: options.idField !== undefined,
  };
}

class BareFormat {
  readonly #options: BareFormatOptions;
  readonly #typeField: string;
  readonly #replyField: string;
  /** The fields of a message that are not data. */
  readonly #ownFields: ReadonlySet<string>;
  readonly #writeError: (error: ErrorBody) => Fields;
  readonly #readError: (fields: Fields) => ErrorBody | undefined;

  constructor(options: BareFormatOptions) {
    this.#options = options;
    this.#typeField = options.typeField ?? "type";
    this.#replyField = options.replyField ?? "reply";
    const ownFields = options.typeOf === undefined ? [this.#typeField] : [];
    if (options.idField !== undefined) ownFields.push(options.idField, this.#replyField);
    this.#ownFields = new Set(ownFields);
    this.#writeError = options.writeError ?? writePlainError;
    const isPlain = options.writeError === undefined;
    this.#readError = options.readError ?? (isPlain ? readPlainError : () => undefined);
  }

  read(value: unknown): Envelope | Unreadable {
    if (!isFields(value)) return INVALID;
    const { idField } = this.#options;
    const type = this.#typeOf(value);
    const replyTo = idField === undefined ? undefined : own(value, this.#replyField);
    const isReply = replyTo !== undefined && (type === undefined || idField !== this.#replyField);
    if (isReply) return isMessageId(replyTo) ? this.#readReply(value, replyTo) : INVALID;
    if (type === undefined) {
      const error = this.#readError(value);
      return error === undefined ? INVALID : { kind: "error", error };
    }
    const id = idField === undefined ? undefined : own(value, idField);
    const data = this.#dataOf(value);
    if (id === undefined) return { kind: "event", type, data };
    return isMessageId(id) ? { kind: "request", type, id, data } : INVALID;
  }

  write(envelope: Envelope): Fields | undefined {
    const { idField } = this.#options;
    const replyTo = (id: MessageId | undefined): Fields =>
      idField === undefined || id === undefined ? {} : { [this.#replyField]: id };
    switch (envelope.kind) {
      case "event":
        return this.#writeTyped(envelope.type, {}, envelope.data);
      case "request":
        if (idField === undefined) return undefined;
        return this.#writeTyped(envelope.type, { [idField]: envelope.id }, envelope.data);
      case "reply":
        return this.#withData(replyTo(envelope.id), envelope.data);
      case "error":
        return { ...this.#writeError(envelope.error), ...replyTo(envelope.id) };
      default:
        return undefined;
    }
  }

  #typeOf(fields: Fields): string | undefined {
    const { typeOf } = this.#options;
    const type = typeOf === undefined ? own(fields, this.#typeField) : typeOf(fields);
    return typeof type === "string" ? type : undefined;
  }

  #readReply(fields: Fields, id: MessageId): Envelope {
    const error = this.#readError(fields);
    if (error !== undefined) return { kind: "error", id, error };
    return { kind: "reply", id, data: this.#dataOf(fields) };
  }

  #dataOf(fields: Fields): unknown {
    const { dataField } = this.#options;
    if (dataField !== undefined && this.#options.typeOf === undefined)
      return own(fields, dataField);
    const isData = ([name]: [string, unknown]): boolean => !this.#ownFields.has(name);
    return Object.fromEntries(Object.entries(fields).filter(isData));
  }

  #writeTyped(type: string, head: Fields, data: unknown): Fields {
    if (this.#options.typeOf === undefined) {
      return this.#withData({ [this.#typeField]: type, ...head }, data);
    }
    const fields = this.#withData(head, data);
    if (this.#typeOf(fields) !== type)
      throw new TypeError(`typeOf does not take this for "${type}"`);
    return fields;
  }

  #withData(head: Fields, data: unknown): Fields {
    const { dataField, typeOf } = this.#options;
    if (dataField !== undefined && typeOf === undefined) return { ...head, [dataField]: data };
    if (data === undefined) return head;
    if (!isFields(data))
      throw new TypeError("the data must be an object: its fields are the message");
    for (const name of this.#ownFields) {
      if (Object.hasOwn(data, name))
        throw new TypeError(`the data has a field "${name}" of its own`);
    }
    return { ...head, ...data };
  }
}

function writePlainError({ message, details }: ErrorBody): Fields {
  return details === undefined ? { error: message } : { error: message, details };
}

function readPlainError(fields: Fields): ErrorBody | undefined {
  const error = own(fields, "error");
  if (typeof error !== "string") return undefined;
  return { code: "UNKNOWN", message: error, details: own(fields, "details") };
}
