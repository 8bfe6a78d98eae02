import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { nothing, type StandardSchema } from "../../src/contract/index.js";
import { validate } from "../../src/contract/validator.js";
import { isPromise } from "../../src/input/brand.js";

const valid = (data: unknown) => ({ isValid: true, data });
const invalid = (...issues: unknown[]) => ({ isValid: false, issues });

describe("a validator", () => {
  it("may be a type guard", () => {
    const isText = (value: unknown): value is string => typeof value === "string";
    expect(validate(isText, "a")).toEqual(valid("a"));
    expect(validate(isText, 1)).toEqual(invalid());
  });

  it.each([undefined, null, 1, "yes", {}])(
    "that is a type guard and answers with %s does not accept: only true does",
    (answer) => {
      const guard: unknown = () => answer;
      // @ts-expect-error -- JavaScript may return anything
      expect(validate(guard, "a")).toEqual(invalid());
    },
  );

  it("that is a type guard must answer at once", () => {
    const guard: unknown = () => Promise.reject(new Error("late"));
    // @ts-expect-error -- JavaScript may return anything
    expect(() => validate(guard, "a")).toThrow("a validator returned a promise");
  });

  it.each([{}, { issues: undefined }, { valeu: 1 }])(
    "that is a schema and gives %j accepts nothing: there is no value",
    (result) => {
      const schema: unknown = { "~standard": { version: 1, vendor: "x", validate: () => result } };
      // @ts-expect-error -- JavaScript may return anything
      expect(() => validate(schema, "a")).toThrow("neither a value nor issues");
    },
  );

  it("may be of zod, with what it transforms", () => {
    const schema = z.object({ name: z.string().trim(), tags: z.array(z.string()).default([]) });
    expect(validate(schema, { name: " a " })).toEqual(valid({ name: "a", tags: [] }));
    expect(validate(schema, { name: "a", tags: ["b", 1] })).toEqual(
      invalid({ path: ["tags", 1], message: expect.any(String) }),
    );
    expect(validate(schema, 7)).toEqual(invalid({ path: [], message: expect.any(String) }));
  });

  it("may be of valibot", () => {
    const schema = v.object({ name: v.pipe(v.string(), v.trim()), tags: v.array(v.string()) });
    expect(validate(schema, { name: " a ", tags: [] })).toEqual(valid({ name: "a", tags: [] }));
    expect(validate(schema, { name: "a", tags: ["b", 1] })).toEqual(
      invalid({ path: ["tags", 1], message: expect.any(String) }),
    );
  });

  it("may be asynchronous", async () => {
    const zod = z.string().refine(async (text) => text !== "taken");
    await expect(validate(zod, "free")).resolves.toEqual(valid("free"));
    await expect(validate(zod, "taken")).resolves.toMatchObject({ isValid: false });
    const valibot = v.pipeAsync(
      v.string(),
      v.checkAsync(async (text) => text !== "taken", "it is taken"),
    );
    await expect(validate(valibot, "free")).resolves.toEqual(valid("free"));
    await expect(validate(valibot, "taken")).resolves.toEqual(
      invalid({ path: [], message: "it is taken" }),
    );
  });

  it("may be a function with the standard's property, or promise with a class of its own", async () => {
    // oxlint-disable-next-line unicorn/no-thenable -- that is what other promises are
    const thenable = { then: (resolve: (result: object) => void) => resolve({ issues: [] }) };
    const standard = { version: 1, vendor: "test", validate: () => thenable } as const;
    const schema = Object.assign(() => true, { "~standard": standard });
    // @ts-expect-error: TypeScript wants a Promise
    const validation: unknown = validate(schema, 1);
    expect(isPromise(validation)).toBe(false);
    // @ts-expect-error: as above
    await expect(Promise.resolve(validate(schema, 1))).resolves.toEqual(invalid());
  });

  it("gives issues within bounds", () => {
    const key = Symbol("s");
    const path = Array.from({ length: 50 }, () => ({ key: "k".repeat(300) }));
    const issues = Array.from({ length: 50 }, () => ({ message: "m".repeat(1000), path }));
    const standard = { version: 1, vendor: "test", validate: () => ({ issues }) } as const;
    const schema: StandardSchema = { "~standard": standard };
    const validation = validate(schema, 1);
    if (isPromise(validation) || validation.isValid) throw new Error("it is invalid");
    expect(validation.issues).toHaveLength(10);
    expect(validation.issues[0]?.message).toBe(`${"m".repeat(200)}…`);
    expect(validation.issues[0]?.path).toEqual(Array(16).fill(`${"k".repeat(200)}…`));

    const odd = {
      ...schema["~standard"],
      validate: () => ({ issues: [{ message: "m", path: [key, 1] }] }),
    };
    expect(validate({ "~standard": odd }, 1)).toEqual(
      invalid({ path: ["Symbol(s)", 1], message: "m" }),
    );
  });
});

describe("nothing", () => {
  it("accepts no data, and no fields", () => {
    for (const value of [undefined, {}]) expect(nothing(value)).toBe(true);
    for (const value of [null, 0, "", false, { a: 1 }, [1]]) expect(nothing(value)).toBe(false);
  });
});
