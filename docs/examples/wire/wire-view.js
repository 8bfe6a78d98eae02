/** Draws the frames of a connection as they come: newest first, and each opens to its anatomy. */
import { anatomyOf, bytesOf, extendedBytes, hexOf, make, OPCODES } from "./anatomy.js";

const $ = (id) => document.getElementById(id);
const MAX_FRAMES = 200;
let frameCount = 0;

/** The address of the WebSockets of this page's server. */
export const base = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}`;

/**
 * Watches a connection that the page is about to open.
 *
 * @param opened - Called with the number for the connection.
 * @param gone - Called when the server has gone.
 */
export function watchFrames(opened, gone) {
  const wire = new WebSocket(`${base}/wire/frames`);
  wire.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "frame") addFrame(message);
    else opened(message.tab);
  };
  wire.onclose = gone;
}

$("clear").onclick = () => {
  $("frames").replaceChildren(make("li", { className: "empty", textContent: "No frames yet." }));
  frameCount = 0;
  $("count").textContent = "";
};

/** Makes text safe to show: a dot stands for each character that is invisible or changes the direction of text. */
const printable = (bytes) =>
  new TextDecoder().decode(bytes).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]/gu, "·");

function summaryOf(frame, payload) {
  if (frame.opcode === 8)
    return payload.length < 2
      ? "no code"
      : `${(payload[0] << 8) | payload[1]} ${printable(payload.slice(2))}`;
  if (frame.rsv & 0x40) return `compressed: ${hexOf(payload)}`;
  return frame.opcode === 2 || frame.opcode >= 9 ? hexOf(payload) : printable(payload);
}
function addFrame(frame) {
  const payload = bytesOf(frame.payload);
  const list = $("frames");
  list.querySelector(".empty")?.remove();
  const isReceived = frame.direction === "received";
  const row = make(
    "button",
    { className: `frame ${frame.direction}`, type: "button" },
    make("span", {
      className: "way",
      textContent: isReceived ? "▲" : "▼",
      title: isReceived ? "to the server" : "from the server",
    }),
    make("span", {
      className: "name",
      textContent: OPCODES[frame.opcode] + (frame.fin ? "" : " …"),
    }),
    make("span", { className: "size", textContent: `${frame.payloadLength} B` }),
    make("span", {
      className: "form",
      textContent: ["7-bit", "16-bit", "64-bit"][
        [0, 2, 8].indexOf(extendedBytes(bytesOf(frame.header)))
      ],
    }),
    make("span", { className: "text", textContent: summaryOf(frame, payload) }),
  );
  const item = make("li", { className: "new" }, row);
  const toggle = (isOpen) => {
    row.setAttribute("aria-expanded", String(isOpen));
    item.querySelector(".anatomy")?.remove();
    if (isOpen) item.append(anatomyOf(frame, payload));
  };
  row.onclick = () => toggle(row.getAttribute("aria-expanded") !== "true");
  row.onkeydown = (event) => {
    const next =
      event.key === "ArrowDown"
        ? item.nextElementSibling
        : event.key === "ArrowUp"
          ? item.previousElementSibling
          : undefined;
    if (next === undefined) return;
    event.preventDefault();
    next?.querySelector(".frame")?.focus();
  };
  // The newest frame is shown open, unless the user looks at the one before it.
  const newest = list.querySelector('.frame[data-auto="true"]');
  if (newest !== null && !newest.parentElement.matches(":hover, :focus-within")) {
    newest.click();
    newest.dataset.auto = "false";
  }
  list.prepend(item);
  toggle(newest === null || newest.dataset.auto === "false");
  row.dataset.auto = row.getAttribute("aria-expanded");
  while (list.children.length > MAX_FRAMES) list.lastElementChild.remove();
  $("count").textContent = `(${++frameCount})`;
}
