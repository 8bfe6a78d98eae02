/** The shape of the interfaces: what Web IDL makes of WebSocket, CloseEvent and MessageEvent. */
import type { PlatformCase } from "./case.js";

export const INTERFACE_CASES: readonly PlatformCase[] = [
  {
    name: "the four states are constants of the class and of its instances",
    rows: [],
    run: ({ WebSocket }) =>
      [WebSocket, WebSocket.prototype].map((holder) =>
        ["CONNECTING", "OPEN", "CLOSING", "CLOSED"].map((name) => {
          const property = Object.getOwnPropertyDescriptor(holder, name);
          return [
            Number(property?.value),
            property?.writable === false,
            property?.enumerable === true,
            property?.configurable === false,
          ];
        }),
      ),
    expected: [
      [
        [0, true, true, true],
        [1, true, true, true],
        [2, true, true, true],
        [3, true, true, true],
      ],
      [
        [0, true, true, true],
        [1, true, true, true],
        [2, true, true, true],
        [3, true, true, true],
      ],
    ],
  },
  {
    name: "a WebSocket has the members that Web IDL gives it, enumerable, and no others",
    rows: [],
    run: ({ WebSocket, shapeOf }) => shapeOf(WebSocket),
    expected: {
      name: "WebSocket",
      length: 1,
      parent: "EventTarget",
      classString: "[object WebSocket]",
      tag: "WebSocket false false true",
      constructorIsEnumerable: false,
      members: [
        "CLOSED constant",
        "CLOSING constant",
        "CONNECTING constant",
        "OPEN constant",
        "binaryType attribute",
        "bufferedAmount read only",
        "close method of 0",
        "extensions read only",
        "onclose attribute",
        "onerror attribute",
        "onmessage attribute",
        "onopen attribute",
        "protocol read only",
        "readyState read only",
        "send method of 1",
        "url read only",
      ],
    },
  },
  {
    name: "a close event has the members that Web IDL gives it, enumerable, and no others",
    rows: [],
    run: async ({ open, good, next, shapeOf }) => {
      const socket = await open(`${good}/echo`);
      socket.close(4000, "why");
      const event = await next(socket, "close");
      const own = Object.getOwnPropertyNames(event).filter((name) => name !== "isTrusted");
      return { ...shapeOf(event.constructor), own };
    },
    expected: {
      name: "CloseEvent",
      length: 1,
      parent: "Event",
      classString: "[object CloseEvent]",
      tag: "CloseEvent false false true",
      constructorIsEnumerable: false,
      members: ["code read only", "reason read only", "wasClean read only"],
      own: [],
    },
  },
  {
    name: "a message event has the members that Web IDL gives it, enumerable, and no others",
    rows: [],
    run: async ({ open, good, next, shapeOf }) => {
      const socket = await open(`${good}/echo`);
      socket.send("x");
      const event = await next(socket, "message");
      socket.close();
      const own = Object.getOwnPropertyNames(event).filter((name) => name !== "isTrusted");
      return { ...shapeOf(event.constructor), own, isOne: event instanceof MessageEvent };
    },
    expected: {
      name: "MessageEvent",
      length: 1,
      parent: "Event",
      classString: "[object MessageEvent]",
      tag: "MessageEvent false false true",
      constructorIsEnumerable: false,
      members: [
        "data read only",
        "initMessageEvent method of 1",
        "lastEventId read only",
        "origin read only",
        "ports read only",
        "source read only",
      ],
      own: [],
      isOne: true,
    },
    chromium: {
      expected: {
        name: "MessageEvent",
        length: 1,
        parent: "Event",
        classString: "[object MessageEvent]",
        tag: "MessageEvent false false true",
        constructorIsEnumerable: false,
        members: [
          "data read only",
          "initMessageEvent method of 1",
          "lastEventId read only",
          "origin read only",
          "ports read only",
          "source read only",
          "userActivation read only",
        ],
        own: [],
        isOne: true,
      },
      why: "it has userActivation, which the standard has not",
    },
  },
  {
    name: "members that are used on what is no WebSocket throw TypeError",
    rows: [],
    run: ({ WebSocket, thrown }) => {
      const prototype: object = WebSocket.prototype;
      const names: string[] = [];
      for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
        const uses: unknown[] = Object.values(member);
        for (const use of uses) {
          if (typeof use !== "function" || name === "constructor") continue;
          names.push(thrown(() => Reflect.apply(use, {}, ["x"])));
        }
      }
      return [names.length, ...new Set(names)];
    },
    expected: [17, "TypeError"],
  },
  {
    name: "a close event can be made, of values that Web IDL converts",
    rows: [],
    run: async ({ open, good, next, makerOf }) => {
      const socket = await open(`${good}/echo`);
      socket.close();
      const make = makerOf(await next(socket, "close"));
      return [
        make("x"),
        make("x", undefined),
        make("x", null),
        make("x", { code: 4000, reason: "why", wasClean: true, bubbles: true, cancelable: true }),
        make("x", { code: 65_537, reason: 5, wasClean: 1 }),
        make("x", { code: -1, reason: null, wasClean: "" }),
        make("x", { code: "3000" }),
        make("x", { code: 2.9, reason: undefined }),
        make("x", { code: Number.NaN }),
        make("x", { code: Infinity }),
      ].map(({ type, code, reason, wasClean, bubbles, cancelable }) =>
        [type, code, reason, wasClean, bubbles, cancelable].join(),
      );
    },
    expected: [
      "x,0,,false,false,false",
      "x,0,,false,false,false",
      "x,0,,false,false,false",
      "x,4000,why,true,true,true",
      "x,1,5,true,false,false",
      "x,65535,null,false,false,false",
      "x,3000,,false,false,false",
      "x,2,,false,false,false",
      "x,0,,false,false,false",
      "x,0,,false,false,false",
    ],
  },
  {
    name: "the reason of a close event has no lone surrogates",
    rows: [],
    run: async ({ open, good, next, makerOf }) => {
      const socket = await open(`${good}/echo`);
      socket.close();
      const make = makerOf(await next(socket, "close"));
      return make("x", { reason: "\uD800!" }).reason === "\uFFFD!";
    },
    expected: true,
    chromium: { expected: false, why: "it takes the reason of one that is made for a DOMString" },
  },
  {
    name: "a close event wants a type, and an object of values",
    rows: [],
    run: async ({ open, good, next, makerOf, thrown }) => {
      const socket = await open(`${good}/echo`);
      socket.close();
      const make = makerOf(await next(socket, "close"));
      return [
        thrown(() => make()),
        thrown(() => make("x", 1)),
        thrown(() => make("x", { reason: Symbol("x") })),
      ];
    },
    expected: ["TypeError", "TypeError", "TypeError"],
  },
  {
    name: "a message event has come through no port, and can be made anew when it is over",
    rows: [],
    run: async ({ open, good, next }) => {
      const socket = await open(`${good}/echo`);
      const during: unknown[] = [];
      socket.addEventListener("message", (event) => {
        event.initMessageEvent?.("other", true, true, "other");
        during.push(event.type, event.bubbles, event.data);
      });
      socket.send("x");
      const event = await next(socket, "message");
      socket.close();
      const { lastEventId, source, ports, data } = event;
      const first = [lastEventId, source === null, ports?.length, Object.isFrozen(ports), data];
      await new Promise((resolve) => {
        setTimeout(resolve, 0);
      });
      event.initMessageEvent?.("other", true, false, "anew", "https://a.example", "7");
      const { type, bubbles, cancelable, origin } = event;
      const then = [type, bubbles, cancelable, event.data, origin, event.lastEventId];
      return [during, first, then].map((values) => values.map(String));
    },
    expected: [
      ["message", "false", "x"],
      ["", "true", "0", "true", "x"],
      ["other", "true", "false", "anew", "https://a.example", "7"],
    ],
  },
];
