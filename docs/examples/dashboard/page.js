/** The page of the dashboard: a card for each project, and all of them on one connection. */
import { Updates } from "./updates.js";

const $ = (id) => document.getElementById(id);
const MAX_LINES = 6;
const TEXTS = {
  connecting: "connecting …",
  open: "connected",
  waiting: "connection lost, trying again …",
  closed: "not connected: no card is shown",
  failed: "gave up after five attempts; reload to try again",
};

const scheme = location.protocol === "https:" ? "wss" : "ws";
const updates = new Updates(`${scheme}://${location.host}/ws/updates`);
updates.onState((state) => {
  $("status").textContent = TEXTS[state];
  $("state").className = state === "open" ? "state open" : "state";
});

/** A component: it subscribes when it is mounted, and unsubscribes when it is unmounted. */
function mount(projectId) {
  const card = $("card").content.cloneNode(true).firstElementChild;
  card.id = projectId;
  card.querySelector("h2").textContent = projectId;
  const unsubscribe = updates.subscribe(projectId, ({ project_id, data, timestamp }) => {
    const time = new Date(timestamp).toLocaleTimeString();
    const line = Object.assign(document.createElement("li"), {
      textContent: `${time} ${data.text}`,
    });
    if (project_id === undefined) line.className = "all";
    else if (data.progress !== undefined) card.querySelector("progress").value = data.progress;
    const list = card.querySelector("ol");
    list.prepend(line);
    while (list.children.length > MAX_LINES) list.lastElementChild.remove();
  });
  card.querySelector("button").onclick = () => {
    unsubscribe();
    card.remove();
    $("empty").hidden = $("cards").children.length > 0;
  };
  $("cards").append(card);
  $("empty").hidden = true;
}

$("form").onsubmit = (event) => {
  event.preventDefault();
  const projectId = $("project").value;
  if (document.querySelector(`#${CSS.escape(projectId)}.card`) === null) mount(projectId);
};
for (const projectId of ["apollo", "gemini"]) mount(projectId);
