/**
 * Starts a stack for tests, with the same command that a developer types, but with its own ports
 * and data.
 */
import { parseEnv } from "node:util";
import { printError, waitFor, withCleanup } from "@farthing/command-line";
import { freeOffset } from "@farthing/local-stack/testing";
import { ROOT } from "../command/root.ts";
import { makeServerFolder } from "./server-folder.ts";

const START_TIMEOUT_MS = 60_000;
const LAST_LINES = 30;

/**
 * The name of the file in the data directory that contains the stack's output. A test checks that
 * this file contains no secret.
 */
export const STACK_OUTPUT = "stack.out";

/**
 * Passwords in tests need no strong hash. At the default cost of 10, each of a thousand sign-ups
 * would take 80 ms.
 */
const CHEAP_PASSWORDS = { LITE_AUTH_BCRYPT_COST: "4" };

export type Environment = Record<string, string>;

/**
 * Returns the variables in a stack's env file, and its data directory as `FARTHING_DATA`. Returns
 * undefined if there is no file.
 */
export async function readEnvironment(dataDir: string): Promise<Environment | undefined> {
  const text = await Deno.readTextFile(`${dataDir}/stack.env`).catch(() => undefined);
  if (text === undefined) return;
  const named = Object.entries(parseEnv(text)).filter((entry): entry is [string, string] =>
    !!entry[1]
  );
  return { ...Object.fromEntries(named), FARTHING_DATA: dataDir };
}

function spawnStack(dataDir: string, flags: string[], detached: boolean): Deno.ChildProcess {
  return new Deno.Command("/bin/sh", {
    args: [
      ...["-c", 'exec "$@" >> "$FARTHING_OUTPUT" 2>&1', "sh", Deno.execPath()],
      ...["run", "-A", "scripts/stack/main.ts", "start", "--offset", String(freeOffset())],
      ...["--data", dataDir, "--env-file", `${dataDir}/stack.env`, ...flags],
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1", FARTHING_OUTPUT: `${dataDir}/${STACK_OUTPUT}`, ...CHEAP_PASSWORDS },
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached,
  }).spawn();
}

async function lastSaid(dataDir: string): Promise<string> {
  const said = await Deno.readTextFile(`${dataDir}/${STACK_OUTPUT}`).catch(() => "");
  return said.trimEnd().split("\n").slice(-LAST_LINES).join("\n");
}

/**
 * Waits until the stack is up and returns its environment. If the stack ends or is not up in time,
 * returns the last lines that it printed.
 */
async function untilUp(
  child: Deno.ChildProcess,
  dataDir: string,
): Promise<{ env?: Environment; said: string }> {
  let ended = false;
  child.status.then(() => ended = true);
  const env = await waitFor<Environment>(
    () => ended ? {} : readEnvironment(dataDir),
    START_TIMEOUT_MS,
  );
  if (env?.SUPABASE_URL) return { env, said: "" };
  return { said: await lastSaid(dataDir) };
}

export const ATTEMPTS = 4;

/**
 * Matches the output of a stack whose port was taken by another program after the ports were
 * checked.
 */
export const PORT_TAKEN = /Port \d+ \(.*\) is taken|did not start on port \d+:[^]*could not bind/;

/**
 * Starts a stack; resolves when it is ready.
 * @param started is called with the process of each attempt, so that the caller can end it
 * @throws with the last lines of the stack's output if the stack does not become ready
 */
export async function startStack(
  dataDir: string,
  started: (child: Deno.ChildProcess) => void,
  { flags = [], detached = false }: { flags?: string[]; detached?: boolean } = {},
): Promise<Environment> {
  for (let attempt = 1;; attempt++) {
    const child = spawnStack(dataDir, flags, detached);
    started(child);
    const { env, said } = await untilUp(child, dataDir);
    if (env) return env;
    if (attempt === ATTEMPTS || !PORT_TAKEN.test(said)) {
      throw new Error(`the stack did not start:\n${said}`);
    }
  }
}

/**
 * Passes the environment of a running stack to `use`. Afterwards ends the stack and removes its
 * data.
 * @param flags more flags for `deno task start`
 */
export async function withStack<T>(
  use: (env: Environment) => Promise<T>,
  flags: string[] = [],
): Promise<T> {
  const dataDir = await makeServerFolder("stack-");
  let end = () => Promise.resolve();
  let hasEnded = () => false;
  const started = (child: Deno.ChildProcess) => {
    let ended = false;
    const ending = child.status.then(() => ended = true);
    hasEnded = () => ended;
    end = async () => {
      if (!ended) child.kill("SIGTERM");
      await ending;
    };
  };
  const cleanup = async () => {
    if (hasEnded()) {
      // If the stack has ended, the tests report only refused connections. The cause is in the
      // stack's own output, so that is printed.
      printError(
        `The stack ended while its tests ran. Its last lines:\n${await lastSaid(dataDir)}`,
      );
    }
    await end();
    await Deno.remove(dataDir, { recursive: true });
  };
  return await withCleanup(
    cleanup,
    async () => await use(await startStack(dataDir, started, { flags })),
  );
}
