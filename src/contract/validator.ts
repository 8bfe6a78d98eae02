import { isPromise } from "../input/index.js";

/** Tells whether data is of a type: a Standard Schema, or a type guard. */
export type Validator = StandardSchema | Guard;

/** A function that tells whether a value is of a type. */
export type Guard<Data = unknown> = (value: unknown) => value is Data;

/** What a sender gives. A schema that transforms takes something else than it makes. */
export type InputOf<V> =
  V extends StandardSchema<infer Input, unknown>
    ? Input
    : V extends Guard<infer Data>
      ? Data
      : never;

/** What a handler gets. */
export type OutputOf<V> =
  V extends StandardSchema<unknown, infer Output>
    ? Output
    : V extends Guard<infer Data>
      ? Data
      : never;

/** One thing that is wrong with data, as an error reply tells it. */
export interface Issue {
  /** From the outside in; empty for the data itself. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export type Validation<Data = unknown> =
  | { readonly isValid: true; readonly data: Data }
  | { readonly isValid: false; readonly issues: readonly Issue[] };

/**
 * The Standard Schema interface (https://standardschema.dev), version 1, as types
 * alone: what zod, valibot, arktype and others agree on. None of them is imported.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    /** Never there at run time. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a schema makes of a value: another one, or a list of what is wrong with it. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** One thing that is wrong with a value, in the words of the schema. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

// Issues go back to who sent the data, and quote it: so their number and length have bounds.
const MAX_ISSUES = 10;
const MAX_PATH_LENGTH = 16;
const MAX_TEXT_LENGTH = 200;

/** Accepts a message that is nothing but its type. */
export function nothing(value: unknown): value is Record<string, never> | undefined {
  if (value === undefined) return true;
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** @throws What the validator throws, be it as a rejection. */
export function validate(
  validator: Validator,
  value: unknown,
): Validation | PromiseLike<Validation> {
  // Some schemas are functions, too (arktype's): so the property decides.
  if (!("~standard" in validator)) {
    const verdict: unknown = validator(value); // JavaScript may return anything: a promise is no yes
    return verdict === true ? { isValid: true, data: value } : { isValid: false, issues: [] };
  }
  const result = validator["~standard"].validate(value);
  return isPromise(result) ? result.then(toValidation) : toValidation(result);
}

/** Whether data has passed. @typeParam Data - What its validator makes of it. */
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
