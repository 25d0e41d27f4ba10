type Handler = (request: Request) => Response | Promise<Response>;

/**
 * The program of one isolate: it serves one Edge Function. The stack writes one command per line to
 * the program's standard input, and reads the lines that begin with MARK from its standard output.
 * The program imports nothing, so any version of Deno can run it. It ends when its input ends: no
 * isolate outlives its stack.
 *
 * Input: `load` loads the function, `beforeunload REASON` warns the function, and `drop` ends the
 * process after the function's background work. Output: `up PID`, `ready PORT`, `failed MESSAGE`,
 * `dropped`.
 */

/** The prefix of a line for the stack. Any other line belongs to the function's log. */
const MARK = "\u0001isolate ";

const encoder = new TextEncoder();

function say(text: string): void {
  let bytes = encoder.encode(`${MARK}${text.replaceAll("\n", "\t")}\n`);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}

/** The background work that the function passed to `waitUntil`. */
const background = new Set<Promise<unknown>>();

function waitUntil<T>(work: Promise<T>): Promise<T> {
  background.add(work);
  const forget = () => void background.delete(work);
  work.then(forget, forget);
  return work;
}

async function load(): Promise<void> {
  Object.assign(globalThis, { EdgeRuntime: { waitUntil } });
  try {
    const { default: served } = await import(Deno.args[0]!) as { default?: { fetch?: Handler } };
    const handler = served?.fetch;
    if (handler === undefined) {
      throw new Error("the entrypoint has no default export with a fetch method");
    }
    const onListen = ({ port }: { port: number }) => say(`ready ${port}`);
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, (request) => handler(request));
  } catch (error) {
    say(`failed ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
  }
}

function warn(reason: string): void {
  globalThis.dispatchEvent(
    new CustomEvent("beforeunload", { cancelable: true, detail: { reason } }),
  );
}

/**
 * Ends the process after the background work. Like Supabase's platform, this does not wait for work
 * that the `beforeunload` handler starts.
 */
async function drop(): Promise<never> {
  while (background.size > 0) await Promise.allSettled(background);
  warn("early_drop");
  say("dropped");
  Deno.exit();
}

function obey(line: string): void {
  const [word, reason] = line.split(" ");
  if (word === "load") void load();
  if (word === "beforeunload") warn(reason ?? "");
  if (word === "drop") void drop();
}

say(`up ${Deno.pid}`);
let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  lines.forEach(obey);
}
Deno.exit();
