/** The types of senders, handlers and replies, derived from a contract's validators. */
import type { InputOf, OutputOf, Validator } from "./validator.js";

/** The messages that one end sends, by type: one validator for an event, two for a request. */
export interface MessageTypes {
  readonly [type: string]: Validator | RequestType;
}

/** A request: a message that asks for a response. */
export interface RequestType {
  readonly request: Validator;
  readonly response: Validator;
}

/** The names of events: messages without a response. */
export type EventName<Types extends MessageTypes> = {
  [Name in keyof Types & string]: Types[Name] extends RequestType ? never : Name;
}[keyof Types & string];

/** The names of requests. */
export type RequestName<Types extends MessageTypes> = {
  [Name in keyof Types & string]: Types[Name] extends RequestType ? Name : never;
}[keyof Types & string];

/** The data that a sender gives. */
export type Outgoing<Definition> = InputOf<RequestValidator<Definition>>;

/** The data that a handler gets. */
export type Incoming<Definition> = OutputOf<RequestValidator<Definition>>;

/** The data that the handler of a request returns. */
export type Response<Definition> = InputOf<ResponseValidator<Definition>>;

/** The data that a request resolves with. */
export type ResponseResult<Definition> = OutputOf<ResponseValidator<Definition>>;

/** The arguments for data. Data may be left out if `undefined` is valid data. */
export type DataArguments<Data, Rest extends readonly unknown[] = []> = undefined extends Data
  ? [data?: Data, ...rest: Rest]
  : [data: Data, ...rest: Rest];

/** A handler of an event or of a request. For a request it returns the response. It may be async. */
export type Handler<Definition, Context> = Definition extends RequestType
  ? (
      data: Incoming<Definition>,
      context: Context,
    ) => Response<Definition> | Promise<Response<Definition>>
  : (data: Incoming<Definition>, context: Context) => unknown;

/** Handlers by type. A request without a handler is refused; an event without one is counted as unhandled. */
export type Handlers<Types extends MessageTypes, Context> = {
  readonly [Name in keyof Types & string]?: Handler<Types[Name], Context>;
};

type RequestValidator<Definition> = Definition extends { readonly request: infer V }
  ? V
  : Definition;

type ResponseValidator<Definition> = Definition extends { readonly response: infer V } ? V : never;
