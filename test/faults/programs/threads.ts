// Servers in a worker thread that is terminated, and in a child process that is killed; it ends by itself when nothing is left.
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createServer, Socket } from "node:net";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { connect, WebSocketServer } from "plainsocket";

const FILE = fileURLToPath(import.meta.url);

function echo(server: WebSocketServer): void {
  server.on("connection", (connection) => {
    connection.on("message", (message) => connection.send(message));
  });
}

/** Talks to what listens there, has it ended by `kill`, and looks how that came through. */
async function outlive(url: string, kill: () => unknown): Promise<void> {
  const connection = await connect(url);
  connection.send("hello");
  for await (const message of connection) {
    assert.equal(message, "hello");
    break;
  }
  await kill();
  const { code, wasClean } = await connection.closed;
  assert.deepEqual([code, wasClean], [1006, false]);
}

async function inThread(): Promise<void> {
  const worker = new Worker(FILE);
  const [url] = await once(worker, "message");
  await outlive(url, () => worker.terminate());
}

/** Takes TCP connections here, and passes their sockets on. */
async function inChild(): Promise<void> {
  const child: ChildProcess = fork(FILE, ["child"]);
  await once(child, "message");
  const acceptor = createServer({ pauseOnConnect: true }, (socket) => child.send("socket", socket));
  acceptor.listen(0, "127.0.0.1");
  await once(acceptor, "listening");
  const address = acceptor.address();
  assert.ok(typeof address === "object" && address !== null);
  await outlive(`ws://127.0.0.1:${address.port}/`, () => child.kill("SIGKILL"));
  acceptor.close();
}

if (!isMainThread) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  echo(server);
  await server.listening();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- windows have one, threads have not
  parentPort?.postMessage(server.url);
} else if (process.argv[2] === "child") {
  const server = new WebSocketServer();
  echo(server);
  process.on("message", (_message, socket) => {
    if (socket instanceof Socket) server.accept(socket);
  });
  process.send?.("ready");
} else {
  await inThread();
  await inChild();
  process.stdout.write("ok\n");
}
