/** Draws one frame: the bits of its header, what each field means, and its payload before and after unmasking. */
export const OPCODES = {
  0: "continuation",
  1: "text",
  2: "binary",
  8: "close",
  9: "ping",
  10: "pong",
};

/** Makes an element. Text stays text. */
export const make = (tag, props = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
};

export const hexOf = (bytes) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");

export const bytesOf = (hex) =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

export const extendedBytes = (header) => ({ 126: 2, 127: 8 })[header[1] & 0x7f] ?? 0;

const RFC = {
  6455: "https://www.rfc-editor.org/rfc/rfc6455#section-",
  7692: "https://www.rfc-editor.org/rfc/rfc7692#section-",
};
const LENGTHS = {
  0: "These 7 bits are the whole length: up to 125 it fits here.",
  2: "126 means: the length follows in 16 bits.",
  8: "127 means: the length follows in 64 bits.",
};
const MEANINGS = {
  continuation: "goes on with the message that a frame before it began",
  text: "a message of UTF-8 text",
  binary: "a message of bytes",
  close: "starts or answers the closing handshake",
  ping: "asks for a pong with the same bytes",
  pong: "answers a ping",
};

/** The fields of the header: kind, name, bits, meaning, section of the RFC. A field of more than 8 bits is cut into bytes. */
function fieldsOf(frame) {
  const header = bytesOf(frame.header);
  const short = header[1] & 0x7f;
  const wide = extendedBytes(header);
  const name = OPCODES[frame.opcode];
  const bit = (byte, place) => String((header[byte] >> place) & 1);
  const bits = (from, to) =>
    Array.from(header.slice(from, to), (byte) => byte.toString(2).padStart(8, "0"));
  const reserved = [
    "0: no extension in use gives this bit a meaning, so it has to be 0.",
    6455,
    "5.2",
  ];
  return [
    {
      kind: "flag",
      name: "FIN",
      bits: [bit(0, 7)],
      about: frame.fin
        ? ["1: this is the last frame of its message, and often the only one.", 6455, "5.2"]
        : ["0: more fragments of this message follow.", 6455, "5.4"],
    },
    {
      kind: "flag",
      name: "RSV1",
      bits: [bit(0, 6)],
      about:
        frame.rsv & 0x40
          ? ["1: the message that begins here is compressed with permessage-deflate.", 7692, "6"]
          : ["0: this frame begins no compressed message.", 7692, "6"],
    },
    { kind: "flag", name: "RSV2", bits: [bit(0, 5)], about: reserved },
    { kind: "flag", name: "RSV3", bits: [bit(0, 4)], about: reserved },
    {
      kind: "opcode",
      name: `opcode ${name}`,
      bits: [(header[0] & 15).toString(2).padStart(4, "0")],
      about: [
        `${frame.opcode} is ${name}: ${MEANINGS[name]}. From 8 on they are control frames, which may stand between the fragments of a message.`,
        6455,
        "5.2",
      ],
    },
    {
      kind: "mask",
      name: "MASK",
      bits: [bit(1, 7)],
      about: frame.masked
        ? ["1: the payload is masked, as in every frame that a client sends.", 6455, "5.3"]
        : ["0: not masked; a server never masks.", 6455, "5.1"],
    },
    {
      kind: "length",
      name: `length ${short}`,
      bits: [short.toString(2).padStart(7, "0")],
      about: [`${LENGTHS[wide]} The shortest form is required.`, 6455, "5.2"],
    },
    ...(wide
      ? [
          {
            kind: "length",
            name: `${wide * 8}-bit length`,
            bits: bits(2, 2 + wide),
            about: [
              `${frame.payloadLength} bytes of payload: a number in ${wide * 8} bits, most significant byte first${wide === 8 ? ", its top bit 0" : ""}.`,
              6455,
              "5.2",
            ],
          },
        ]
      : []),
    ...(frame.masked
      ? [
          {
            kind: "key",
            name: "masking key",
            bits: bits(-4),
            about: [
              "Four bytes, new and unpredictable for each frame. Byte i of the payload is XORed with byte i mod 4 of the key, so that nobody can choose what proxies get to see.",
              6455,
              "5.3",
            ],
          },
        ]
      : []),
  ];
}
export function anatomyOf(frame, payload) {
  const explain = make("p", {
    className: "explain",
    textContent: "Point at a field, or step through them with ← and →, to read what it means.",
  });
  explain.setAttribute("aria-live", "polite");
  const diagram = make("div", { className: "bits" });
  diagram.setAttribute("role", "toolbar");
  diagram.setAttribute("aria-label", "Header fields");
  const groups = fieldsOf(frame).map((field) =>
    field.bits.map((bits, index) => cellOf(field, bits, index)),
  );
  const cells = groups.flat();
  const choose = (chosen) => {
    const group = groups.findIndex((one) => one.includes(chosen));
    for (const cell of cells) {
      cell.setAttribute("aria-pressed", String(groups[group].includes(cell)));
      cell.tabIndex = cell === chosen ? 0 : -1;
    }
    const [text, rfc, section] = fieldsOf(frame)[group].about;
    explain.replaceChildren(
      `${text} `,
      make("a", { href: RFC[rfc] + section, textContent: `RFC ${rfc} §${section}` }),
    );
  };
  for (const cell of cells) cell.onmouseenter = cell.onfocus = cell.onclick = () => choose(cell);
  diagram.onkeydown = (event) => {
    const at = cells.indexOf(document.activeElement);
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: cells.length - 1 }[
      event.key
    ];
    if (next === undefined) return;
    event.preventDefault();
    cells[Math.min(Math.max(next, 0), cells.length - 1)].focus();
  };
  cells.forEach((cell, index) => {
    cell.tabIndex = index === 0 ? 0 : -1;
  });
  diagram.append(...cells);
  const ruler = make(
    "div",
    { className: "ruler" },
    ...Array.from({ length: 32 }, (_, i) =>
      make("span", { textContent: i % 8 === 0 || i % 8 === 7 ? i : "·" }),
    ),
  );
  ruler.setAttribute("aria-hidden", "true");
  const anatomy = make("div", { className: "anatomy" }, ruler, diagram, explain);
  if (frame.payloadLength > 0) anatomy.append(...payloadOf(frame, payload));
  return anatomy;
}
function cellOf({ kind, name, bits: all }, bits, index) {
  const value = bits.length === 8 ? parseInt(bits, 2).toString(16).padStart(2, "0") : "";
  const label = all.length === 1 ? name : `${name} ${index + 1}/${all.length}: ${value}`;
  const cell = make(
    "button",
    { className: `field ${kind}${bits.length === 1 ? " single" : ""}`, type: "button" },
    make("b", { textContent: label }),
    make(
      "code",
      {},
      ...Array.from(bits, (bit) =>
        make("span", { className: bit === "1" ? "one" : "", textContent: bit }),
      ),
    ),
  );
  cell.style.gridColumn = `span ${bits.length}`;
  cell.setAttribute("aria-label", `${label}, bits ${bits}`);
  return cell;
}
function payloadOf(frame, payload) {
  const key = frame.masked ? bytesOf(frame.header.slice(-8)) : undefined;
  const hex = (byte) => byte.toString(16).padStart(2, "0");
  const cells = Array.from(payload, (byte, i) => {
    const letter = byte > 32 && byte < 127 ? String.fromCharCode(byte) : byte === 32 ? "␣" : "·";
    const masked = key && [
      make("i", { textContent: hex(byte ^ key[i & 3]) }),
      make("i", { className: "k", textContent: hex(key[i & 3]) }),
    ];
    return make(
      "div",
      {},
      ...(masked ?? []),
      make("b", { textContent: hex(byte) }),
      make("i", { className: "letter", textContent: letter }),
    );
  });
  const names = key ? ["wire", "⊕ key", "= plain", "ASCII"] : ["wire", "ASCII"];
  const heads = make(
    "div",
    { className: "heads" },
    ...names.map((name) => make("i", { textContent: name })),
  );
  const rest = frame.payloadLength - payload.length;
  if (rest > 0)
    cells.push(make("div", { className: "rest", textContent: `… and ${rest} bytes more` }));
  const legend = key
    ? "Payload, before and after unmasking (RFC 6455 §5.3)"
    : "Payload, as it is on the wire";
  return [
    make("p", { className: "legend", textContent: legend }),
    make("div", { className: "payload" }, heads, make("div", { className: "bytes" }, ...cells)),
  ];
}
