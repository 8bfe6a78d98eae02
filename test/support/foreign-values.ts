/** Bytes of other realms: their ArrayBuffer, their views and their Blob are other classes than ours. */
import { createRequire } from "node:module";
import { runInNewContext } from "node:vm";

/** What each of {@link FOREIGN_BYTES} is made of. */
export const FOREIGN_CONTENT: Uint8Array = Uint8Array.of(1, 2, 3);

type Bytes = Uint8Array | DataView | ArrayBuffer | SharedArrayBuffer;

interface Dom {
  readonly window: { eval(source: string): never };
}

interface Jsdom {
  readonly JSDOM: new (html: string, options: { runScripts: string }) => Dom;
}

const { JSDOM }: Jsdom = createRequire(import.meta.url)("jsdom"); // it comes without types
const dom = new JSDOM("", { runScripts: "outside-only" });

/** Bytes of a `vm` context, and of jsdom. */
export const FOREIGN_BYTES: readonly (readonly [name: string, value: Bytes])[] = [
  ...ofRealm("vm", (source) => runInNewContext(source)),
  ...ofRealm("jsdom", (source) => dom.window.eval(source)),
];

/** Blobs with the same content, each of a class that is not ours. */
export const FOREIGN_BLOBS: readonly (readonly [name: string, value: Blob])[] = [
  ["a Blob of jsdom", dom.window.eval("new Blob([new Uint8Array([1, 2, 3])])")],
  ["a File of jsdom", dom.window.eval('new File([new Uint8Array([1, 2, 3])], "name")')],
  [
    "a Blob that has no name for its class",
    runInNewContext("({ size: 3, arrayBuffer: async () => new Uint8Array([1, 2, 3]).buffer })"),
  ],
];

/** As jsdom had them before 28.1. */
export function unreadableBlob(): Blob {
  return runInNewContext(
    "new (class Blob { size = 3; slice() {} get [Symbol.toStringTag]() { return 'Blob'; } })()",
  );
}

function ofRealm(realm: string, run: (source: string) => Bytes): [string, Bytes][] {
  return [
    [`a Uint8Array of ${realm}`, run("new Uint8Array([1, 2, 3])")],
    [`a part of a Uint8Array of ${realm}`, run("new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4)")],
    [`a DataView of ${realm}`, run("new DataView(new Uint8Array([9, 1, 2, 3]).buffer, 1)")],
    [`an ArrayBuffer of ${realm}`, run("new Uint8Array([1, 2, 3]).buffer")],
    [`memory that threads of ${realm} share`, shared(run("new SharedArrayBuffer(3)"))],
  ];
}

function shared(memory: Bytes): Bytes {
  if (!ArrayBuffer.isView(memory)) new Uint8Array(memory).set(FOREIGN_CONTENT);
  return memory;
}
