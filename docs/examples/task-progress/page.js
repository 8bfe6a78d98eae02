/** The page of the tasks: a bar for each task on a connection of its own, and one connection to talk. */
const $ = (id) => document.getElementById(id);
const base = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
const me = `client-${Math.random().toString(36).slice(2, 6)}`;
const socket = new WebSocket(`${base}/${me}`);

function setState(text, isOpen) {
  $("status").textContent = text;
  $("state").className = isOpen ? "state open" : "state";
  for (const element of document.querySelectorAll("form *, .actions button"))
    element.disabled = !isOpen;
}
const send = (message) => socket.send(JSON.stringify(message));

socket.onopen = () => setState(`connected as ${me}`, true);
socket.onclose = ({ code, reason }) => setState(`closed with ${code} ${reason}`, false);
socket.onmessage = ({ data }) => {
  const { type, from, message, error, task_id: taskId } = JSON.parse(data);
  if (type === "task_started") follow(taskId);
  else if (error !== undefined) show(error, "note");
  else if (type === "system") show(message, "note");
  else if (from === me) show(message, "mine");
  else show(`${from}${type === "personal" ? " to you" : ""}: ${message}`, "");
};

function show(text, className) {
  $("messages").append(
    Object.assign(document.createElement("li"), { textContent: text, className }),
  );
  $("messages").scrollTop = $("messages").scrollHeight;
}

function follow(taskId) {
  const item = $("task").content.cloneNode(true).firstElementChild;
  const [name, status, bar] = ["code", ".status", "progress"].map((part) =>
    item.querySelector(part),
  );
  name.textContent = taskId.slice(0, 8);
  const task = new WebSocket(`${base}/tasks/${taskId}`);
  task.onmessage = ({ data }) => {
    const state = JSON.parse(data);
    bar.value = state.progress ?? 0;
    item.className = `task ${state.status ?? "failed"}`;
    status.textContent =
      state.result === undefined
        ? (state.error ?? state.status)
        : `${state.status}: ${state.result}`;
  };
  task.onclose = ({ code }) => (status.title = `closed with ${code}`);
  $("tasks").prepend(item);
  $("empty").hidden = true;
}

$("start").onclick = () => send({ type: "start_task" });
$("start-failing").onclick = () => send({ type: "start_task", fails: true });
$("form").onsubmit = (event) => {
  event.preventDefault();
  const [to, message] = [$("to").value, $("text").value];
  if (to === "") send({ type: "broadcast", message });
  else {
    send({ type: "personal", to, message });
    show(`to ${to}: ${message}`, "mine");
  }
  $("text").value = "";
};
setState("connecting …", false);
