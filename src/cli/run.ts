/** Finds the command that the arguments name, runs it, and gives the exit code. */
import { isError, unknownName } from "../input/index.js";
import { HandshakeError } from "../protocol/index.js";
import { CONNECT_HELP, connectAndTalk } from "./connect.js";
import { echo, ECHO_HELP } from "./echo.js";
import { say, type Terminal, UsageError } from "./terminal.js";

const COMMANDS = new Map([
  ["echo", { run: echo, help: ECHO_HELP }],
  ["connect", { run: connectAndTalk, help: CONNECT_HELP }],
]);

const HELP = `${[...COMMANDS.values()].map(({ help }) => help).join("\n\n")}

plainsocket --help, plainsocket --version`;

/**
 * Runs the command that `args` name.
 *
 * @returns The exit code: 0, 1 when it failed, 2 when it was called the wrong way.
 */
export async function run(
  args: readonly string[],
  terminal: Terminal,
  version: string,
): Promise<0 | 1 | 2> {
  const [name = "--help", ...rest] = args;
  const command = COMMANDS.get(name);
  if (name === "--version") say(terminal.output, version);
  else if (name === "--help") say(terminal.output, HELP);
  else if (command !== undefined && rest.includes("--help")) say(terminal.output, command.help);
  else if (command !== undefined) return runCommand(command.run, rest, terminal);
  else {
    const known = Object.fromEntries(Array.from(COMMANDS.keys(), (one) => [one, true as const]));
    const { message } = unknownName("has no", "command", name, { owner: "this program", known });
    return complain(terminal, `${message}; see plainsocket --help`, 2);
  }
  return 0;
}

async function runCommand(
  command: (args: readonly string[], terminal: Terminal) => Promise<void>,
  args: readonly string[],
  terminal: Terminal,
): Promise<0 | 1 | 2> {
  try {
    await command(args, terminal);
    return 0;
  } catch (error) {
    const [message = ""] = (isError(error) ? error.message : String(error)).split("\n");
    return complain(terminal, message, isUsage(error) ? 2 : 1);
  }
}

function complain(terminal: Terminal, message: string, code: 1 | 2): 1 | 2 {
  say(terminal.errors, `plainsocket: ${message}`);
  return code;
}

/** Whether the arguments are wrong. The checks of this folder, `parseArgs` and `connect` say it by the class of the error. */
function isUsage(error: unknown): boolean {
  if (error instanceof HandshakeError) return false;
  return error instanceof UsageError || error instanceof TypeError || error instanceof SyntaxError;
}
