// The chat as its scenario tells it, line by line, spoken by hand. Its page is in chat-page.test.ts.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { serveChat } from "../../docs/examples/chat/server.js";
import { Site } from "../../docs/examples/site.js";
import { FrameWatch } from "../../docs/examples/wire/frames.js";
import { connect } from "../../src/index.js";
import { FakeClock } from "../support/clock.js";
import { JsonClient } from "../support/examples.js";

const site = new Site();
const clock = new FakeClock();
const ends: (() => Promise<void>)[] = [() => site.close()];
let url: string;

beforeAll(async () => {
  url = await site.listen(0);
  const watch = new FrameWatch(site);
  const onFrame = watch.show.bind(watch);
  ends.unshift(serveChat(site, { origins: [url], clock, onFrame }), () => watch.close());
});

afterAll(async () => {
  for (const end of ends) await end();
});

/** The rate is counted on a clock that stands still but for this. */
beforeEach(() => clock.advance(1_000));

/** A client, and the id it was given. */
async function arrive(): Promise<{ client: JsonClient; clientId: unknown }> {
  const client = await JsonClient.connect(url, "/chat");
  const { clientId } = await client.next();
  return { client, clientId };
}

async function signIn(token: string, ...rooms: readonly string[]) {
  const { client, clientId } = await arrive();
  await client.ask({ type: "auth", token });
  for (const room of rooms) await client.ask({ type: "join_room", room });
  return { client, clientId };
}

async function get(path: string): Promise<string> {
  return (await fetch(url + path)).text();
}

describe("the chat", () => {
  it("welcomes who connects, with an id that nobody can guess", async () => {
    const clients = [
      await JsonClient.connect(url, "/chat"),
      await JsonClient.connect(url, "/chat"),
    ];
    const welcomes = [await clients[0]!.next(), await clients[1]!.next()];
    for (const welcome of welcomes) {
      expect(welcome).toEqual({
        type: "welcome",
        clientId: expect.stringMatching(/^[^-]+-[\w-]{22}$/),
        serverTime: expect.any(Number),
      });
      expect(Math.abs(Number(welcome["serverTime"]) - Date.now())).toBeLessThan(60_000);
    }
    expect(welcomes[0]?.["clientId"]).not.toBe(welcomes[1]?.["clientId"]);
  });

  it("sends away who has not signed in within ten seconds", async () => {
    const { client } = await arrive();
    const { client: other } = await signIn("token-of-ada");
    clock.advance(9_999);
    expect(client.connection.readyState).toBe(1);
    clock.advance(1);
    expect(await client.closed).toMatchObject({ code: 1008, reason: "Authentication timeout" });
    expect((await other.ask({ type: "ping" }))["type"]).toBe("pong");
  });

  it.each([
    { type: "auth", token: "guessed" },
    { type: "auth", token: "__proto__" },
    { type: "auth" },
    { type: "ping" },
    "no JSON",
    "null",
  ])("sends away who begins with %j", async (first) => {
    const { client } = await arrive();
    client.send(first);
    expect(await client.closed).toMatchObject({ code: 1008 });
    expect(client.received).toEqual([]);
  });

  it("tells who has signed in what that is good for, and answers a ping", async () => {
    const { client } = await arrive();
    expect(await client.ask({ type: "auth", token: "token-of-ada" })).toEqual({
      type: "auth_success",
      name: "Ada",
      permissions: ["read", "write"],
    });
    expect(await client.ask({ type: "ping" })).toEqual({
      type: "pong",
      timestamp: expect.any(Number),
    });
  });

  it("tells the others who comes, what is said, and who goes; and the sender nothing of its own", async () => {
    const { client: ada, clientId } = await signIn("token-of-ada", "lobby");
    const { client: grace, clientId: graceId } = await arrive();
    await grace.ask({ type: "auth", token: "token-of-grace" });
    expect(await grace.ask({ type: "join_room", room: "lobby" })).toEqual({
      type: "room_joined",
      room: "lobby",
      members: [
        { clientId, name: "Ada" },
        { clientId: graceId, name: "Grace" },
      ],
    });
    const graceHere = { room: "lobby", clientId: graceId, name: "Grace" };
    expect(await ada.next()).toEqual({ type: "user_joined", ...graceHere });

    grace.send({ type: "room_message", room: "lobby", content: "hello", from: "somebody else" });
    expect(await ada.next()).toEqual({
      type: "room_message",
      room: "lobby",
      from: { clientId: graceId, name: "Grace" },
      content: "hello",
      timestamp: expect.any(Number),
    });
    expect((await grace.ask({ type: "ping" }))["type"]).toBe("pong"); // and no copy before it

    expect(await grace.ask({ type: "leave_room", room: "lobby" })).toEqual({
      type: "room_left",
      room: "lobby",
    });
    expect(await ada.next()).toEqual({ type: "user_left", ...graceHere });
    await grace.ask({ type: "join_room", room: "lobby" });
    await ada.next();
    grace.connection.terminate();
    expect(await ada.next()).toEqual({ type: "user_left", ...graceHere });
  });

  it("lets rooms vanish with their last member", async () => {
    const rooms = async (): Promise<number> => JSON.parse(await get("/chat/stats")).activeRooms;
    const before = await rooms();
    const { client } = await signIn("token-of-ada", "a room", "__proto__");
    expect(await rooms()).toBe(before + 2);
    await client.ask({ type: "leave_room", room: "a room" });
    expect(await rooms()).toBe(before + 1);
    client.connection.close();
    await client.closed;
    await expect.poll(rooms).toBe(before);
  });

  it("lets a guest read, and not write", async () => {
    const { client: guest } = await signIn("token-of-a-guest", "library");
    const message = { type: "room_message", room: "library", content: "pst" };
    expect(await guest.ask(message)).toEqual({ type: "error", message: "Permission denied" });
    const { client: ada } = await signIn("token-of-ada", "library");
    await guest.next();
    ada.send(message);
    expect(await guest.next()).toMatchObject({ type: "room_message", content: "pst" });
  });

  it("lets nobody write into a room that they are not in", async () => {
    const { client } = await signIn("token-of-ada");
    const message = { type: "room_message", room: "elsewhere", content: "hello" };
    expect(await client.ask(message)).toEqual({ type: "error", message: "Join the room first" });
  });

  it("takes ten messages a second", async () => {
    const { client } = await signIn("token-of-ada"); // which was the first
    for (let i = 0; i < 9; i++) {
      expect((await client.ask({ type: "ping" }))["type"]).toBe("pong");
    }
    const refused = { type: "error", message: "Rate limit exceeded" };
    expect(await client.ask({ type: "ping" })).toEqual(refused);
    expect(await client.ask({ type: "ping" })).toEqual(refused);
    clock.advance(100);
    expect((await client.ask({ type: "ping" }))["type"]).toBe("pong");
    expect(await client.ask({ type: "ping" })).toEqual(refused);
  });

  it.each([
    [{ type: "room_message", room: "lobby", content: "" }],
    [{ type: "room_message", room: "lobby", content: "x".repeat(1_001) }],
    [{ type: "room_message", room: "lobby", content: 5 }],
    [{ type: "room_message", room: "lobby", content: { toString: "x" } }],
    [{ type: "room_message", room: "lobby" }],
    [{ type: "join_room", room: ["lobby"] }],
    [{ type: "join_room", room: "" }],
    [[]],
    ["null"],
  ])("says of %j that it is no message", async (message) => {
    const { client } = await signIn("token-of-ada", "lobby");
    const invalid = { type: "error", message: "Invalid message format" };
    expect(await client.ask(message)).toEqual(invalid);
    expect((await client.ask({ type: "ping" }))["type"]).toBe("pong");
  });

  it("takes the longest content", async () => {
    const { client: one } = await signIn("token-of-ada", "long");
    const { client: two } = await signIn("token-of-grace", "long");
    two.send({ type: "room_message", room: "long", content: "x".repeat(1_000) });
    await one.next();
    expect((await one.next())["content"]).toHaveLength(1_000);
  });

  it("takes pages of its own origin only", async () => {
    const target = `${url.replace("http:", "ws:")}/chat`;
    for (const origin of ["http://evil.example", "null", `${url}.evil.example`]) {
      await expect(connect(target, { origin })).rejects.toMatchObject({ httpStatus: 403 });
    }
  });

  it("counts, for its page and for Prometheus", async () => {
    const { client } = await signIn("token-of-ada");
    await client.ask({ type: "no such type" });
    const again = await JsonClient.connect(url, "/chat?again");
    await again.next();
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4");
    const lines = (await response.text()).split("\n");
    const valueOf = (name: string): number =>
      Number(lines.find((line) => line.startsWith(`${name} `))?.split(" ")[1]);
    const stats = JSON.parse(await get("/chat/stats"));
    expect(stats).toEqual({
      connectedClients: expect.any(Number),
      activeRooms: expect.any(Number),
      uptimeSeconds: expect.any(Number),
    });
    expect(valueOf("plainsocket_connections")).toBe(stats.connectedClients);
    expect(valueOf("plainsocket_connections_opened_total")).toBeGreaterThan(20);
    expect(lines).toContainEqual(
      expect.stringMatching(/^plainsocket_messages_total\{.*received.*\} \d\d/),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/^plainsocket_messages_total\{.*sent.*\} \d\d/),
    );
    expect(valueOf("chat_errors_total")).toBeGreaterThan(5);
    expect(valueOf("chat_reconnections_total")).toBe(1);
  });
});
