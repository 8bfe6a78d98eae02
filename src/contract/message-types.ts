/** How TypeScript gets from a contract's validators to the types of senders, handlers and replies. */
import type { InputOf, OutputOf, Validator } from "./validator.js";

/** The messages that one end sends, by type: an event's validator, or a request's two. */
export interface MessageTypes {
  readonly [type: string]: Validator | RequestType;
}

/** A message that asks for a response. */
export interface RequestType {
  readonly request: Validator;
  readonly response: Validator;
}

/** The types of messages that want no response. */
export type EventName<Types extends MessageTypes> = {
  [Name in keyof Types & string]: Types[Name] extends RequestType ? never : Name;
}[keyof Types & string];

/** The types of messages that want one. */
export type RequestName<Types extends MessageTypes> = {
  [Name in keyof Types & string]: Types[Name] extends RequestType ? Name : never;
}[keyof Types & string];

/** What a sender of the message gives. */
export type Outgoing<Definition> = InputOf<RequestValidator<Definition>>;

/** What a handler of the message gets. */
export type Incoming<Definition> = OutputOf<RequestValidator<Definition>>;

/** What the handler of a request returns. */
export type Response<Definition> = InputOf<ResponseValidator<Definition>>;

/** What comes out of a request. */
export type ResponseResult<Definition> = OutputOf<ResponseValidator<Definition>>;

/** Data may be left out where nothing is data enough. */
export type DataArguments<Data, Rest extends readonly unknown[] = []> = undefined extends Data
  ? [data?: Data, ...rest: Rest]
  : [data: Data, ...rest: Rest];

/** A handler of an event, or of a request: then it returns the response. It may be async. */
export type Handler<Definition, Context> = Definition extends RequestType
  ? (
      data: Incoming<Definition>,
      context: Context,
    ) => Response<Definition> | Promise<Response<Definition>>
  : (data: Incoming<Definition>, context: Context) => unknown;

/** A handler for each type; what has none is refused, or counted as unhandled. */
export type Handlers<Types extends MessageTypes, Context> = {
  readonly [Name in keyof Types & string]?: Handler<Types[Name], Context>;
};

type RequestValidator<Definition> = Definition extends { readonly request: infer V }
  ? V
  : Definition;

type ResponseValidator<Definition> = Definition extends { readonly response: infer V } ? V : never;
