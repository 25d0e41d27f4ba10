import assert from "node:assert/strict";

/** A process that counts something and has nothing else to do; says so when it hands over. */
const SCRIPT = `
  import { metricsFrom } from "${import.meta.resolve("./metrics-from-env.ts")}";
  const record = () => Promise.resolve(Deno.stdout.writeSync(new TextEncoder().encode("handed over")));
  metricsFrom(record, () => {}).request("GET /credits", 200, 1);
`;

Deno.test("a script that has counted something ends all the same, and does not wait to tell", async () => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    // Quiet: of packages that it loads for the first time Deno has something to say, too.
    args: ["eval", "--quiet", "--no-lock", SCRIPT],
    cwd: new URL("../..", import.meta.url),
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.deepEqual([success, said], [true, ""]);
});
