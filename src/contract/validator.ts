/** Validators: Standard Schema or a type guard, and one way to call both. */
import { answerAtOnce, isPromise } from "../input/index.js";

/** Decides whether data is of a type: a Standard Schema, or a type guard. */
export type Validator = StandardSchema | Guard;

/** A function that decides whether a value is of a type. */
export type Guard<Data = unknown> = (value: unknown) => value is Data;

/** The data that a sender gives. A schema that transforms takes another type than it makes. */
export type InputOf<V> =
  V extends StandardSchema<infer Input, unknown>
    ? Input
    : V extends Guard<infer Data>
      ? Data
      : never;

/** The data that a handler gets. */
export type OutputOf<V> =
  V extends StandardSchema<unknown, infer Output>
    ? Output
    : V extends Guard<infer Data>
      ? Data
      : never;

/** One fault of data, in an error reply. */
export interface Issue {
  /** The path to the fault, from the outside in. It is empty for the data itself. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type Validation<Data = unknown> =
  | { readonly isValid: true; readonly data: Data }
  | { readonly isValid: false; readonly issues: readonly Issue[] };

/**
 * The Standard Schema interface (https://standardschema.dev), version 1, as types alone. Schemas of zod,
 * valibot, arktype and others have it. None of these is imported.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    /** Types only: it does not exist at run time. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** The result of a schema: a value, or a list of faults. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** One fault of a value, in the words of the schema. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

// Issues quote the peer's data and go back to the peer, so their number and length have limits.
const MAX_ISSUES = 10;
const MAX_PATH_LENGTH = 16;
const MAX_TEXT_LENGTH = 200;

/** Accepts messages without data. */
export function nothing(value: unknown): value is Record<string, never> | undefined {
  if (value === undefined) return true;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** Validates data. @throws The error that the validator throws, or as a rejection. */
export function validate(
  validator: Validator,
  value: unknown,
): Validation | PromiseLike<Validation> {
  // Schemas of arktype are functions, too. So the property decides.
  if (!("~standard" in validator)) {
    const verdict: unknown = answerAtOnce("a validator", validator(value)); // it may return anything
    return verdict === true ? { isValid: true, data: value } : { isValid: false, issues: [] };
  }
  const result = validator["~standard"].validate(value);
  return isPromise(result) ? result.then(toValidation) : toValidation(result);
}

/** Whether data is valid. @typeParam Data - The type that the validator makes. */
export function isValid<Data>(
  validation: Validation,
): validation is Extract<Validation<Data>, { readonly isValid: true }> {
  return validation.isValid;
}

type Result = Awaited<ReturnType<StandardSchema["~standard"]["validate"]>>;

function toValidation(result: Result): Validation {
  if (result.issues !== undefined) {
    return { isValid: false, issues: result.issues.slice(0, MAX_ISSUES).map(toIssue) };
  }
  if ("value" in result) return { isValid: true, data: result.value };
  throw new TypeError("a schema has returned neither a value nor issues");
}

function toIssue({ message, path = [] }: StandardIssue): Issue {
  return {
    path: path.slice(0, MAX_PATH_LENGTH).map((part) => {
      const key = typeof part === "object" ? part.key : part;
      return typeof key === "number" ? key : cut(String(key));
    }),
    message: cut(message),
  };
}

function cut(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH)}…`;
}
