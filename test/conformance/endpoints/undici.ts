/** The WebSocket of undici, which is Node's own, behind the interface that scripts run against: an oracle. */
import type { Duplex } from "node:stream";
import { Agent, WebSocket } from "undici";
import { type AppCommand, type Application, Unsupported } from "../../support/wire-application.js";
import type { Endpoint } from "../../support/wire-open.js";
import type { ScriptNeeds } from "../../support/wire-script.js";
import { meet } from "../../support/wire-transport.js";

export class UndiciClientEndpoint implements Endpoint {
  readonly role = "client";
  /** permessage-deflate with client_max_window_bits. */
  readonly hasFixedOffer = true;

  async open(application: Application, needs: ScriptNeeds): Promise<Duplex> {
    const { maxMessageBytes = 1_048_576, maxFragments = 16_384 } = needs;
    const { origin, accepted } = await meet("tcp");
    const limits = { maxPayloadSize: maxMessageBytes, maxFragments };
    const dispatcher = new Agent({ webSocket: limits });
    const socket = new WebSocket(origin, {
      dispatcher,
      protocols: [...(needs.subprotocols ?? [])],
    });
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }: { data: unknown }) => {
      const message = data instanceof ArrayBuffer ? new Uint8Array(data) : String(data);
      application.received(message);
      if (needs.application !== "silent" && socket.readyState === WebSocket.OPEN) {
        socket.send(message);
      }
    });
    socket.addEventListener("close", ({ code, reason, wasClean }) => {
      application.closed(code, reason, wasClean);
    });
    socket.addEventListener("open", () => {
      application.opened((command) => perform(socket, command), socket.protocol);
    });
    return accepted;
  }
}

function perform(socket: WebSocket, command: AppCommand): void {
  if ("send" in command) socket.send(command.send);
  else if ("close" in command) close(socket, command.close);
  else throw new Unsupported();
}

/** The API of browsers takes 1000 and 3000-4999 only. */
function close(socket: WebSocket, { code, reason }: { code?: number; reason?: string }): void {
  if (code !== undefined && code !== 1000 && code < 3000) throw new Unsupported();
  socket.close(code, reason);
}
