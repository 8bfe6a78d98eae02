/** Events and frames in few words, for messages about what did not match. */
import type { ReferenceEvent } from "./reference-decoder.js";
import type { WireFrame } from "./wire-frame.js";
import type { ExpectedAppEvent, ExpectedEvent } from "./wire-script.js";

const NAMES = new Map([
  [0, "continuation"],
  [1, "text"],
  [2, "binary"],
  [8, "close"],
  [9, "ping"],
  [10, "pong"],
]);

/** Hexadecimal digits, cut where they get long. */
export function describeBytes(hex: string): string {
  return hex.length <= 40 ? `[${hex}]` : `[${hex.slice(0, 16)}… ${hex.length / 2} bytes]`;
}

export function describeEvent(event: ExpectedEvent | ReferenceEvent): string {
  switch (event.type) {
    case "text":
      return event.text.length <= 40
        ? `text ${JSON.stringify(event.text)}`
        : `text of ${event.text.length} units`;
    case "close": {
      const codes = typeof event.code === "number" ? [event.code] : event.code;
      const reason = event.reason ? ` ${JSON.stringify(event.reason)}` : "";
      return `close ${codes.join(" or ")}${reason}`;
    }
    case "failed":
      return `bytes that break the protocol (${event.closeCode})`;
    default:
      return `${event.type} ${describeBytes(event.bytes)}`;
  }
}

export function describeFrame({ opcode, fin, rsv, payload }: WireFrame): string {
  const name = NAMES.get(opcode) ?? `opcode ${opcode}`;
  const flags = `${fin ? "" : " not final"}${rsv === 0 ? "" : ` rsv ${rsv}`}`;
  return `${name}${flags} ${describeBytes(Buffer.from(payload).toString("hex"))}`;
}

/** As the application was told it. */
export function describeAppEvent(event: ExpectedAppEvent): string {
  if (event.type !== "close") return describeEvent(event);
  const manner = event.wasClean === undefined ? "" : event.wasClean ? " clean" : " unclean";
  const reason = event.reason ? ` ${JSON.stringify(event.reason)}` : "";
  return `close ${event.code ?? "with any code"}${reason}${manner}`;
}
