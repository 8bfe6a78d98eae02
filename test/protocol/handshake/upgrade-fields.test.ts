import { describe, expect, it } from "vitest";
import { Fields } from "../../../src/protocol/handshake/fields.js";
import {
  confirmsWebSocket,
  listsUpgrade,
  offersWebSocket,
  parseVersions,
  upgradeWish,
} from "../../../src/protocol/handshake/upgrade-fields.js";
import { PROTOTYPE_NAMES, faultOf } from "./wire.js";

const lines = (name: string, values: readonly string[]): Fields =>
  new Fields(values.map((value) => [name, value]));

describe("Upgrade", () => {
  // oxfmt-ignore
  it.each([
    [["websocket"]], [["WebSocket"]], [["WEBSOCKET"]], [["websocket, h2c"]], [["h2c, websocket"]], [["h2c", "websocket"]], [["websocket", "websocket"]],
    [["HTTP/2.0, websocket"]], [[",websocket,,"]], [["", "websocket"]], [["\twebsocket "]],
  ])("%j names websocket [6455-4.2.1-05]", (values) => {
    expect(upgradeWish(lines("Upgrade", values))).toBe("websocket");
    expect(offersWebSocket(lines("Upgrade", values))).toBe(true);
  });

  it.each([[[]], [[""]], [[","]], [["", " , "]]])("%j asks for nothing", (values) => {
    expect(upgradeWish(lines("Upgrade", values))).toBe("none");
    expect(offersWebSocket(lines("Upgrade", values))).toBe(false);
  });

  // oxfmt-ignore
  it.each([
    [["h2c"]], [["websockets"]], [["websocke"]], [["xwebsocket"]], [["websocket/13"]], [["h2c/websocket"]], [["web-socket"]],
    [["h2c", "TLS/1.0"]], [PROTOTYPE_NAMES],
  ])("%j asks for something else [6455-4.2.1-05]", (values) => {
    expect(upgradeWish(lines("Upgrade", values))).toBe("other");
    expect(offersWebSocket(lines("Upgrade", values))).toBe(false);
  });

  it.each([
    "websocket; h2c",
    "websocket h2c",
    "websocket, a b",
    '"websocket"',
    "websocket/",
    "/websocket",
    "a/b/c",
    "a//b",
    "websocket\u0085",
    "we\u0000bsocket",
    "websoc\u212aet",
  ])("%j is no list of protocols [6455-4.2.1-01]", (value) => {
    expect(faultOf(() => upgradeWish(lines("Upgrade", [value])))).toBe("HEAD_MALFORMED");
  });

  it.each([
    ["websocket, a b", true],
    ["a/b/c,WebSocket", true],
    ["websocket; h2c", false],
    ['"websocket"', false],
    ["websoc\u212aet", false],
  ])("%j offers websocket: %j", (value, offers) => {
    expect(offersWebSocket(lines("Upgrade", [value]))).toBe(offers);
  });
});

describe("Upgrade in a response", () => {
  it.each([[["websocket"]], [["WebSocket"]], [[",websocket,"]], [["", "websocket"]]])(
    "%j confirms websocket [6455-4.1-24]",
    (values) => {
      expect(confirmsWebSocket(lines("Upgrade", values))).toBe(true);
    },
  );

  // oxfmt-ignore
  it.each([
    [[]], [[""]], [[","]], [["h2c"]], [["websocket, h2c"]], [["websocket", "websocket"]], [["websocket/13"]],
  ])("%j does not [6455-4.1-24]", (values) => {
    expect(confirmsWebSocket(lines("Upgrade", values))).toBe(false);
  });
});

describe("Connection", () => {
  // oxfmt-ignore
  it.each([
    [["upgrade"]], [["Upgrade"]], [["UPGRADE"]], [["keep-alive, Upgrade"]], [["Upgrade,keep-alive"]], [["keep-alive", "Upgrade"]], [["upgrade, close"]],
    [[",upgrade,"]], [[" \tupgrade\t"]], [["", "upgrade"]], [["upgrade", "upgrade"]],
  ])("%j lists the token [6455-4.2.1-06] [6455-4.1-25]", (values) => {
    expect(listsUpgrade(lines("Connection", values))).toBe(true);
  });

  // oxfmt-ignore
  it.each([
    [[]], [[""]], [["close"]], [["keep-alive"]], [["xUpgrade"]], [["upgraded"]], [["notupgrade"]], [["up", "grade"]], [["keep-alive Upgrade"]], [["Upgrade; x"]],
    [['"upgrade"']], [["upgrade, a b"]], [["upgrade=1"]], [["upgrade\u0085"]], [PROTOTYPE_NAMES],
  ])("%j does not [6455-4.2.1-06] [6455-4.1-25]", (values) => {
    expect(listsUpgrade(lines("Connection", values))).toBe(false);
  });
});

const fieldsOf = (...values: readonly string[]): Fields =>
  new Fields(values.map((value) => ["Sec-WebSocket-Version", value]));

describe("the versions a server lists", () => {
  // oxfmt-ignore
  it.each([
    [["13"],            [13]],
    [["13, 8, 7"],      [13, 8, 7]],
    [["13,8", "7"],     [13, 8, 7]],
    [["0"],             [0]],
    [["255, 99, 100"],  [255, 99, 100]],
    [[" 13\t"],         [13]],
    [[",13, ,8,", ""],  [13, 8]],
  ])("%j are %j [6455-4.3-03]", (values, versions) => {
    expect(parseVersions(fieldsOf(...values))).toEqual(versions);
  });

  it("are unknown without the header", () => {
    expect(parseVersions(new Fields())).toBeUndefined();
  });

  it.each([
    "",
    ",",
    "013",
    "00",
    "256",
    "999",
    "1000",
    "-1",
    "+13",
    "1e1",
    "13.0",
    "x",
    "1 3",
    "8, 013",
    "\u0661",
    "1/",
    "1:",
  ])("are not numbers of 0 to 255 in %j [6455-4.3-03]", (value) => {
    expect(parseVersions(fieldsOf(value))).toBeUndefined();
  });
});
