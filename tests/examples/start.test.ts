/**
 * Runs `deno task example <name>` in its own process group, and ends it with Ctrl-C as in a
 * terminal.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { freeOffset } from "@farthing/local-stack/testing";
import { ROOT } from "../../scripts/command/root.ts";
import type { ExampleName } from "../../scripts/example/install.ts";
import { ATTEMPTS, PORT_TAKEN, readEnvironment } from "../../scripts/test-tools/stack-process.ts";
import { openBrowser, withPage } from "../browser/chromium.ts";
import { proven } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";
import { press, section, signsUp } from "./app-page.ts";

/** The task ended before its app had an address. */
class NotStarted extends Error {}

/**
 * Returns the address that the app prints, and the output up to the address. The rest of the output
 * is also read, so that the app never blocks on a full pipe.
 * @throws NotStarted with all that the task printed
 */
async function addressIn(
  { stdout, stderr }: Deno.ChildProcess,
): Promise<{ app: string; said: string }> {
  const errors = new Response(stderr).text();
  const [first, rest] = stdout.tee();
  void rest.pipeTo(new WritableStream());
  let text = "";
  for await (const chunk of first.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const app = /Local:\s+(http:\/\/localhost:\d+)/.exec(text)?.[1];
    if (app) return { app, said: text };
  }
  throw new NotStarted(`the example did not start:\n${text}\n${await errors}`);
}

const answers = (url: string): Promise<number | string> =>
  fetch(url).then(async (answer) => {
    await answer.body?.cancel();
    return answer.status;
  }, () => "no answer");

/**
 * Calls `run` with an offset whose ports are free. If another program has taken one of the ports
 * meanwhile, calls `run` again with a different offset.
 */
async function withOffset(run: (offset: number) => Promise<void>, attempts = ATTEMPTS) {
  try {
    await run(freeOffset());
  } catch (error) {
    const isTaken = error instanceof NotStarted && PORT_TAKEN.test(error.message);
    if (!isTaken || attempts === 1) throw error;
    await withOffset(run, attempts - 1);
  }
}

/**
 * Runs the task, calls `use` with the app's address, and ends the task. Asserts that the output up
 * to the address matches `step`.
 */
async function withTask(
  name: ExampleName,
  flags: string[],
  step: RegExp,
  use: (app: string) => Promise<void>,
): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "scripts/example/main.ts", name, ...flags],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
  try {
    const { app, said } = await addressIn(child);
    match(said, step);
    await use(app);
    Deno.kill(-child.pid, "SIGINT");
    equal((await child.status).code, 130);
    equal(await answers(app), "no answer");
  } finally {
    await child[Symbol.asyncDispose]();
  }
}

Deno.test({
  name: "deno task example starts the stack and the app together, and Ctrl-C ends both",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const dataDir = await Deno.makeTempDir({ prefix: "farthing-example-" });
    // The database may run as another user of the operating system. That user needs access to the
    // folder.
    await Deno.chmod(dataDir, 0o755);
    const place = ["--data", dataDir, "--env-file", `${dataDir}/stack.env`];
    let live = "";
    try {
      await withOffset(async (offset) => {
        const flags = ["--offset", String(offset), ...place];
        await withTask("vite", flags, /^starting the stack$/m, async (app) => {
          const project = (await readEnvironment(dataDir))?.SUPABASE_URL ?? "";
          match(await (await fetch(app)).text(), /id="root"/);
          live = `${project}/functions/v1/health/live`;
          deepEqual([await answers(app), await answers(live)], [200, 200]);
        });
      });
      equal(await answers(live), "no answer");
    } finally {
      await Deno.remove(dataDir, { recursive: true });
    }
  },
});

/**
 * The task serves the app in development mode. In this mode, React and Next.js write warnings to
 * the console, for example about hydration. The test asserts that there are none.
 */
Deno.test({
  name: "deno task example serves Next.js without a warning on a stack that already runs",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const world = readWorld();
    const browser = await openBrowser();
    try {
      await withTask(
        "next",
        ["--env-file", `${world.dataDir}/stack.env`],
        new RegExp(`^using the stack that runs at ${world.url}$`, "m"),
        (app) =>
          withPage(browser, async (page) => {
            equal(await answers(app), 200); // Next.js compiles a page at its first request.
            const warnings: string[] = [];
            page.on("console", (message) => {
              const isOfPage = !message.text().startsWith("Failed to load resource");
              if (["error", "warning"].includes(message.type()) && isOfPage) {
                warnings.push(message.text());
              }
            });
            await signsUp(page, app);
            await press(page, "Paint for 250 credits");
            await section(page, "Paint").getByRole("alert").getByText(/credits/).waitFor();
            await page.reload(); // The server now renders the page with the user's balance.
            await section(page, "Buy credits").getByText("Starter").first().waitFor();
            deepEqual(warnings, []);
          }),
      );
      equal(await answers(`${world.url}/functions/v1/health/live`), 200);
      await proven(world);
    } finally {
      await browser.close();
    }
  },
});
