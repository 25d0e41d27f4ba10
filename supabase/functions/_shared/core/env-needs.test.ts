import assert from "node:assert/strict";
import { ENV_NEEDS, FUNCTIONS } from "./env-needs.ts";
import { readEnv } from "./env.ts";

Deno.test("the table of needs lists exactly the variables that env.ts reads", () => {
  const read: string[] = [];
  assert.throws(() =>
    readEnv((name) => {
      read.push(name);
      return undefined;
    })
  );
  assert.deepEqual(Object.keys(ENV_NEEDS).sort(), read.sort());
});

Deno.test("the table of needs lists exactly the functions", async () => {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL("../..", import.meta.url))) {
    if (isDirectory && !name.startsWith("_") && name !== "node_modules") found.push(name);
  }
  assert.deepEqual([...FUNCTIONS], found.sort());
});

/**
 * The variables in the example file that are not sent to the Edge Functions. Only commands on this
 * machine read them from the file.
 */
const OF_COMMANDS = [
  "SUPABASE_DB_URL",
  "SUPABASE_PUBLISHABLE_KEY",
  "SUPABASE_SECRET_KEY",
  "SUPABASE_URL",
];

Deno.test("the example for a hosted project has every name that one sets, and no other", async () => {
  const text = await Deno.readTextFile(new URL("../../.env.hosted.example", import.meta.url));
  const inFile = (line: RegExp) => [...text.matchAll(line)].map(([, name]) => name!).sort();
  const own = (is: string) =>
    Object.entries(ENV_NEEDS).filter(([, need]) => need.is === is).map(([name]) => name);
  assert.deepEqual(
    inFile(/^#?([A-Z_]+)=/gm),
    [...own("needed"), ...own("optional"), ...OF_COMMANDS].sort(),
  );
  // The file comments out each optional name that has no value.
  const optional = [...own("optional"), "RESEND_API_KEY"].filter((name) => name !== "STRIPE_MODE");
  assert.deepEqual(inFile(/^#([A-Z_]+)=/gm), optional.sort());
});
