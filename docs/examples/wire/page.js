/** The page of the frames: the user sends messages by hand. */
import { hexOf, make } from "./anatomy.js";
import { base, watchFrames } from "./wire-view.js";

const $ = (id) => document.getElementById(id);
let tab;
let chat;

function show(text, kind = "") {
  const list = $("messages");
  list.append(make("li", { className: kind, textContent: text }));
  list.scrollTop = list.scrollHeight;
}
function setStatus(text, isOpen) {
  $("status").textContent = text;
  $("state").className = isOpen ? "state open" : "state";
  for (const button of document.querySelectorAll(".actions button, form button"))
    button.disabled = !isOpen;
  $("close").textContent = isOpen ? "Close" : "Connect";
}
function join() {
  const isCompressed = $("compressed").checked;
  const socket = new WebSocket(`${base}/wire/talk${isCompressed ? "-compressed" : ""}?tab=${tab}`);
  chat = socket;
  socket.binaryType = "arraybuffer";
  socket.onopen = () =>
    setStatus(`connected as tab ${tab}${socket.extensions ? ", compressed" : ""}`, true);
  socket.onmessage = ({ data }) =>
    show(typeof data === "string" ? data : aboutBytes(new Uint8Array(data)));
  socket.onclose = ({ code, reason, wasClean }) => {
    if (chat !== socket) return;
    show(
      `closed with ${code}${reason ? ` “${reason}”` : ""}${wasClean ? "" : ", not cleanly"}`,
      "note",
    );
    setStatus("not connected", false);
  };
}
const aboutBytes = (bytes) =>
  `${bytes.length} bytes: ${hexOf(bytes.subarray(0, 16))}${bytes.length > 16 ? " …" : ""}`;
function sendBytes(bytes) {
  chat.send(bytes);
  show(aboutBytes(bytes), "mine");
}
$("form").onsubmit = (event) => {
  event.preventDefault();
  const text = $("text").value;
  if (chat?.readyState !== WebSocket.OPEN || text === "") return;
  chat.send(text);
  show(text, "mine");
  $("text").value = "";
};
$("binary").onclick = () => {
  sendBytes(new TextEncoder().encode($("text").value || "binary"));
  $("text").value = "";
};
$("large").onclick = () => sendBytes(Uint8Array.from({ length: 70_000 }, (_, i) => i));
for (const button of document.querySelectorAll("[data-command]"))
  button.onclick = () => chat.send(button.dataset.command);
$("close").onclick = () => {
  if (chat?.readyState === WebSocket.OPEN) chat.close(1000, "bye");
  else join();
};
$("compressed").onchange = () => {
  const old = chat;
  join();
  old?.close(1000);
};

watchFrames(
  (number) => {
    tab = number;
    join();
  },
  () => {
    setStatus("the server is gone; reload to try again", false);
    $("close").disabled = true;
  },
);
