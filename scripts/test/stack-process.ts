/** A stack of the tests' own: the command a developer types, on ports and data that are nobody else's. */
import { parseEnv } from "node:util";
import { waitFor } from "../stack/wait.ts";
import { withCleanup } from "./cleanup.ts";
import { freeOffset } from "./free-offset.ts";
import { ROOT } from "./suite.ts";

const START_TIMEOUT_MS = 60_000;
const LAST_LINES = 30;

/** What the stack prints, kept in its data directory: no test's name, token or address may be in it. */
export const STACK_OUTPUT = "stack.out";

/**
 * No password of a test is worth guessing, and a thousand people sign up: hashing at the default cost of 10
 * was 80 ms of each.
 */
const CHEAP_PASSWORDS = { LITE_AUTH_BCRYPT_COST: "4" };

/** Reads a stream to its end into a file, and keeps its last lines. */
async function keep(
  stream: ReadableStream<Uint8Array>,
  file: string,
  lines: string[],
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    await Deno.writeTextFile(file, text, { append: true });
    lines.push(...text.split("\n"));
    lines.splice(0, lines.length - LAST_LINES);
  }
}

async function readEnv(file: string): Promise<Record<string, string> | undefined> {
  const text = await Deno.readTextFile(file).catch(() => undefined);
  return text === undefined ? undefined : Object.fromEntries(
    Object.entries(parseEnv(text)).filter((entry): entry is [string, string] => !!entry[1]),
  );
}

/**
 * Hands over the environment of a running stack: what its env file says, and `FARTHING_DATA`, its data
 * directory. Ends the stack and removes its data afterwards.
 * @param flags more of `deno task start`
 * @throws with the stack's last words when it does not come up
 */
export async function withStack<T>(
  use: (env: Record<string, string>) => Promise<T>,
  flags: string[] = [],
): Promise<T> {
  const dataDir = await Deno.makeTempDir({ prefix: "farthing-stack-" });
  await Deno.chmod(dataDir, 0o755); // the database server's account has to get in
  const envFile = `${dataDir}/stack.env`;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "scripts/stack/cli.ts", "start", "--offset", String(freeOffset())],
      ...["--data", dataDir, "--env-file", envFile, ...flags],
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...CHEAP_PASSWORDS },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said: string[] = [];
  const reading = [child.stdout, child.stderr].map((stream) =>
    keep(stream, `${dataDir}/${STACK_OUTPUT}`, said)
  );
  let ended = false;
  const ending = child.status.then(() => ended = true);
  const cleanup = async () => {
    if (!ended) child.kill("SIGTERM");
    await Promise.all([ending, ...reading]);
    await Deno.remove(dataDir, { recursive: true });
  };
  return await withCleanup(cleanup, async () => {
    const env = await waitFor<Record<string, string>>(
      () => ended ? {} : readEnv(envFile),
      START_TIMEOUT_MS,
    );
    if (!env?.SUPABASE_URL) throw new Error(`the stack did not come up:\n${said.join("\n")}`);
    return await use({ ...env, FARTHING_DATA: dataDir });
  });
}
