// Talks to the echo server at the URL given, with the WebSocket that Node has itself; prints how it went as JSON.
const [url] = process.argv.slice(2);
const socket = new WebSocket(url);
socket.binaryType = "arraybuffer";
await next("open");

let echoed = 0;
for (const size of [0, 1, 125, 126, 65_535, 65_536, 1_048_576]) {
  for (const message of ["é".repeat(size / 2), new Uint8Array(size).fill(size % 251)]) {
    socket.send(message);
    const { data } = await next("message");
    const same =
      typeof message === "string"
        ? data === message
        : Buffer.compare(Buffer.from(data), message) === 0;
    if (same) echoed++;
  }
}
socket.close(4001, "done");
const { code, reason, wasClean } = await next("close");
const { extensions } = socket;
process.stdout.write(JSON.stringify({ echoed, extensions, close: { code, reason, wasClean } }));

function next(name) {
  return new Promise((resolve, reject) => {
    socket.addEventListener(name, resolve, { once: true });
    socket.addEventListener("error", () => reject(new Error("it failed")), { once: true });
  });
}
