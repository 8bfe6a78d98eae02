import { describe, expect, it } from "vitest";
import { addressKey } from "../../src/manager/admission.js";

// oxfmt-ignore
const ROWS: readonly [address: string, key: string][] = [
  ["192.0.2.1",                       "192.0.2.1"],
  ["::ffff:192.0.2.1",                "192.0.2.1"],
  ["::FFFF:192.0.2.1",                "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6",            "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::9",                 "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002:0:0:0:1",     "2001:db8:1:2::/64"],
  ["2001:db8:1::9",                   "2001:db8:1:0::/64"],
  ["2001:db8::",                      "2001:db8:0:0::/64"],
  ["::1",                             "0:0:0:0::/64"],
  ["::",                              "0:0:0:0::/64"],
  ["fe80::1%eth0",                    "fe80:0:0:0::/64"],
  ["a name",                          "a name"],
];

describe("the key of an address", () => {
  it.each(ROWS)("of %s is %s", (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});
