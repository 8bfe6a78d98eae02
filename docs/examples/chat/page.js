/** The page of the chat: a standard WebSocket and JSON. Messages of others are shown as text only. */
import { make } from "../wire/anatomy.js";
import { base, watchFrames } from "../wire/wire-view.js";

const $ = (id) => document.getElementById(id);
const MAX_LINES = 500;

/** The lines and the members of each room that this page is in. */
const rooms = new Map();
let tab;
let socket;
let me;
let shownRoom;
let wasConnected = false;

function connect() {
  const current = new WebSocket(`${base}/chat?tab=${tab}${wasConnected ? "&again" : ""}`);
  socket = current;
  current.onopen = () => {
    wasConnected = true;
    setState("connected, not signed in", "signin");
  };
  current.onmessage = ({ data }) => receive(JSON.parse(data));
  current.onclose = ({ code, reason }) => {
    rooms.clear();
    setState(`closed with ${code}${reason ? ` “${reason}”` : ""}`, "nothing");
  };
}

const send = (type, data = {}) => socket.send(JSON.stringify({ type, ...data }));

const handlers = {
  welcome: ({ clientId }) => (me = { clientId }),
  auth_success: ({ name, permissions }) => {
    const mayWrite = permissions.includes("write");
    for (const element of $("say").elements) element.disabled = !mayWrite;
    $("text").placeholder = mayWrite ? "Your message" : "You may only read";
    setState(`signed in as ${name}`, "chat");
    send("join_room", { room: "lobby" });
  },
  room_joined: ({ room, members }) => {
    rooms.set(room, {
      members: new Map(members.map((one) => [one.clientId, one.name])),
      lines: [],
    });
    showRoom(room);
  },
  room_left: ({ room }) => {
    rooms.delete(room);
    showRoom(rooms.keys().next().value);
  },
  user_joined: ({ room, clientId, name }) => {
    rooms.get(room)?.members.set(clientId, name);
    addLine(room, { className: "note", textContent: `${name} has come` });
  },
  user_left: ({ room, clientId, name }) => {
    rooms.get(room)?.members.delete(clientId);
    addLine(room, { className: "note", textContent: `${name} has left` });
  },
  room_message: ({ room, from, content, timestamp }) => {
    const time = new Date(timestamp).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    addLine(
      room,
      {},
      make("b", { textContent: from.name }),
      ` ${content} `,
      make("time", { textContent: time }),
    );
  },
  error: ({ message }) => ($("error").textContent = message),
};

function receive({ type, ...data }) {
  handlers[type]?.(data);
  if (type !== "error") void refreshStats();
}

function addLine(room, props, ...children) {
  const known = rooms.get(room);
  if (known === undefined) return;
  known.lines.push(make("li", props, ...children));
  if (known.lines.length > MAX_LINES) known.lines.shift().remove();
  if (room === shownRoom) showRoom(room);
}

function setState(text, stage) {
  $("status").textContent = text;
  $("state").className = stage === "nothing" ? "state" : "state open";
  $("toggle").textContent = stage === "nothing" ? "Connect" : "Close";
  $("signin").hidden = stage !== "signin";
  $("chat").hidden = stage !== "chat";
  $("error").textContent = "";
  (stage === "chat" ? $("text") : stage === "signin" ? $("token") : $("toggle")).focus();
}

function showRoom(room) {
  shownRoom = room;
  $("rooms").replaceChildren(
    ...Array.from(rooms.keys(), (name) => {
      const choose = make("button", {
        type: "button",
        textContent: name,
        onclick: () => showRoom(name),
      });
      choose.setAttribute("aria-pressed", String(name === room));
      const leave = make("button", {
        type: "button",
        className: "leave",
        textContent: "×",
        title: `Leave ${name}`,
      });
      leave.onclick = () => send("leave_room", { room: name });
      return make("span", { className: "room" }, choose, leave);
    }),
  );
  const { members = new Map(), lines = [] } = rooms.get(room) ?? {};
  const names = Array.from(members, ([id, name]) => (id === me.clientId ? `${name} (you)` : name));
  $("members").textContent =
    room === undefined ? "You are in no room." : `Here: ${names.join(", ")}`;
  $("messages").replaceChildren(...lines);
  $("messages").scrollTop = $("messages").scrollHeight;
}

async function refreshStats() {
  const { connectedClients, activeRooms, uptimeSeconds } = await (
    await fetch("/chat/stats")
  ).json();
  const counted = (count, one, many) => `${count} ${count === 1 ? one : many}`;
  const clients = counted(connectedClients, "client", "clients");
  const active = counted(activeRooms, "room", "rooms");
  $("stats").textContent =
    `${clients}, ${active}, up ${counted(Math.floor(uptimeSeconds / 60), "minute", "minutes")}.`;
}

$("signin").onsubmit = (event) => {
  event.preventDefault();
  send("auth", { token: $("token").value });
};
$("join").onsubmit = (event) => {
  event.preventDefault();
  send("join_room", { room: $("room").value });
  $("room").value = "";
};
$("say").onsubmit = (event) => {
  event.preventDefault();
  const content = $("text").value;
  $("error").textContent = "";
  send("room_message", { room: shownRoom, content });
  // The server sends the sender no copy, so the page adds the line itself. A refusal comes as an error.
  addLine(shownRoom, { className: "mine", textContent: content });
  $("text").value = "";
};
$("toggle").onclick = () =>
  socket.readyState === WebSocket.OPEN ? socket.close(1000, "bye") : connect();

watchFrames(
  (number) => {
    tab = number;
    connect();
  },
  () => {
    setState("the server is gone; reload to try again", "nothing");
    $("toggle").disabled = true;
  },
);
