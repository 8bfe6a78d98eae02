// Every function that an application gives to the library misbehaves in every way there is.
import { describe, expect, it } from "vitest";
import { declaredHooks } from "../support/declared-hooks.js";
import { test } from "../support/universal.js";
import { BROKER_ROWS } from "./hooks/broker-rows.js";
import { CLIENT_ROWS } from "./hooks/client-rows.js";
import { CONNECTION_ROWS } from "./hooks/connection-rows.js";
import { CONTRACT_ROWS } from "./hooks/contract-rows.js";
import { EXCEPTED, EXCEPTED_OWNERS } from "./hooks/excepted.js";
import { MANAGER_ROWS } from "./hooks/manager-rows.js";
import { SERVER_ROWS } from "./hooks/server-rows.js";
import { type Rows, Stage, WAYS } from "./hooks/stage.js";

const ROWS: Rows = {
  ...SERVER_ROWS,
  ...CONNECTION_ROWS,
  ...CLIENT_ROWS,
  ...MANAGER_ROWS,
  ...BROKER_ROWS,
  ...CONTRACT_ROWS,
};

const ownerOf = (hook: string): string => hook.slice(0, hook.indexOf("."));

it("has a row for every function that the declarations name, or a reason why not [M01]", () => {
  const rows = [...Object.keys(ROWS), ...Object.keys(EXCEPTED)];
  const declared = declaredHooks().filter((hook) => !Object.hasOwn(EXCEPTED_OWNERS, ownerOf(hook)));
  expect(rows.toSorted()).toEqual(declared);
});

describe.each(Object.entries(ROWS))("%s", (_name, { run, reports = 1 }) => {
  test.for(WAYS)("that $name affects its connection alone [M01] [M02]", async (way, { world }) => {
    const stage = new Stage(world, way);
    await run(stage);
    stage.check(reports);
  });
});
