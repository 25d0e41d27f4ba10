import assert from "node:assert/strict";

const CLEANUP = new URL("./cleanup.ts", import.meta.url).href;

/**
 * A program that calls `withCleanup`. Its function `use` fails at SIGTERM. In a test suite, `use`
 * fails in this way when Ctrl-C also ends the suite's server.
 */
const RUN = `
import { cleanUpOnSignals, withCleanup } from "${CLEANUP}";
cleanUpOnSignals();
const late = () => withCleanup(() => Promise.resolve(), () => Promise.resolve(console.log("late")));
const cleanup = async () => {
  console.log("begun");
  await Deno.stdin.read(new Uint8Array(1));
  console.log("done");
};
await withCleanup(cleanup, () => new Promise((_, reject) => {
  Deno.addSignalListener("SIGTERM", () => reject(new Error("the server ended")));
  console.log("up");
})).catch(() => {});
await late();
Deno.exit(0);
`;

Deno.test("withCleanup waits for a started cleanup, and an interrupted run starts nothing", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", "--ext=ts", RUN],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let said = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (said === "up\n") child.kill("SIGTERM");
    if (said === "up\nbegun\n") await child.stdin.close(); // lets the cleanup finish
  }
  assert.equal(said, "up\nbegun\ndone\n");
  assert.equal((await child.status).code, 130);
});
