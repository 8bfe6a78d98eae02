// Checks of a server that is attached to an HTTP server of the runtime.
import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { connect, WebSocketServer } from "plainsocket";

const HOST = "127.0.0.1";

export async function checkBesideHttp(check, echoed) {
  await check("serves beside an HTTP server", async () => {
    const web = http.createServer((_, response) => response.end("page"));
    const server = new WebSocketServer({ server: web });
    server.on("connection", (connection) => {
      connection.on("message", (message) => connection.send(message));
    });
    web.listen(0, HOST);
    await once(web, "listening");
    const { port } = web.address();
    try {
      const connection = await connect(`ws://${HOST}:${port}/`);
      assert.equal(await echoed(connection, "hello"), "hello");
      connection.close();
      const page = await fetch(`http://${HOST}:${port}/`, { headers: { connection: "close" } });
      assert.equal(await page.text(), "page");
    } finally {
      await server.shutdown({ deadlineMs: 1000 });
      web.close();
    }
  });

  // Runtimes differ in how: newer ones can be told what is an upgrade, older ones have the request read again.
  await check("leaves upgrades to other protocols to the HTTP server", async () => {
    const web = http.createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += chunk));
      request.on("end", () => response.end(`page ${body}`));
    });
    const server = new WebSocketServer({ server: web, path: "/chat" });
    web.listen(0, HOST);
    await once(web, "listening");
    const { port } = web.address();
    const head = (method) =>
      `${method} / HTTP/1.1\r\nHost: ${HOST}\r\nUpgrade: h2c\r\nConnection: close, Upgrade\r\n`;
    try {
      assert.match(await rawAnswer(port, `${head("GET")}\r\n`), /^HTTP\/1\.1 200 [^]*page /);
      const post = `${head("POST")}Content-Length: 5\r\n\r\nhello`;
      assert.match(await rawAnswer(port, post), /^HTTP\/1\.1 200 [^]*page hello/);
      await assert.rejects(connect(`ws://${HOST}:${port}/other`), { httpStatus: 404 });
      const connection = await connect(`ws://${HOST}:${port}/chat`);
      connection.close();
      await connection.closed;
    } finally {
      await server.shutdown({ deadlineMs: 1000 });
      web.close();
    }
  });
}

/** What a server sends to the end of the connection. */
function rawAnswer(port, text) {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = net.connect(port, HOST, () => socket.write(text));
    socket.on("data", (chunk) => (answer += chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}
