/** The ledger of the RFCs: nothing that MUST be is without a test, and what the tool finds wrong. */
import path from "node:path";
import { describe, expect, it } from "vitest";
import { readClaims } from "../tools/ledger-claims.js";
import { EXCEPTIONS } from "../tools/ledger-exceptions.js";
import { faultsOf, ledgerPage } from "../tools/ledger-page.js";
import { readRequirements, type Requirement } from "../tools/ledger-rows.js";

const TEST = path.join(import.meta.dirname, "..");

const row = (id: string, level = "MUST"): Requirement => ({
  id,
  section: "1",
  who: "both",
  level,
  requirement: "something",
  autobahn: "",
});

const claim = (id: string) => ({ row: id, file: "x.test.ts", title: "a title" });

describe("the ledger", () => {
  it("has a test for every MUST and MUST NOT, and no test for a rule that does not exist", () => {
    const requirements = readRequirements(path.join(TEST, "conformance/rfc-requirements.csv"));
    const ledger = { requirements, claims: readClaims(TEST), exceptions: EXCEPTIONS };

    expect(requirements.length).toBeGreaterThan(280);
    expect(faultsOf(ledger)).toEqual([]);
  });

  it("finds a MUST without a test, but leaves open what comes later and what need not be", () => {
    const requirements = [
      row("6455-1-01"),
      row("6455-1-02", "MUST NOT"),
      row("6455-1-03", "SHOULD"),
      row("8441-1-01"),
    ];
    expect(faultsOf({ requirements, claims: [], exceptions: [] })).toEqual([
      "6455-1-01 has no test: something",
      "6455-1-02 has no test: something",
    ]);
  });

  it("finds a claim on a rule that does not exist, and exceptions that are none", () => {
    const faults = faultsOf({
      requirements: [row("6455-1-01"), row("6455-1-01")],
      claims: [claim("6455-1-01"), claim("6455-9-99")],
      exceptions: [
        { row: "6455-1-01", why: "" },
        { row: "7692-1-01", why: "" },
      ],
    });
    expect(faults).toEqual([
      "6455-1-01 is in the list twice",
      "x.test.ts names 6455-9-99, which does not exist: a title",
      "6455-1-01 is excepted, but has a test or does not exist",
      "7692-1-01 is excepted, but has a test or does not exist",
    ]);
  });

  it("shows the tests of a rule, and what is open", () => {
    const page = ledgerPage({
      requirements: [row("6455-1-01"), row("8441-1-01"), row("WHATWG-01", "SHOULD")],
      claims: [claim("6455-1-01"), { ...claim("6455-1-01"), title: "another" }],
      exceptions: [],
    });
    expect(page).toContain("| something | [x](../test/x.test.ts) ×2 |");
    expect(page).toContain("| something | **open** |");
    expect(page).toContain("| something | – |");
  });
});
