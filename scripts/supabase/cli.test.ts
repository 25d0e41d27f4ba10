/** Tests how the CLI is found and run, and which line of its output tells the cause of a failure. */
import assert from "node:assert/strict";
import { lastWord } from "./cli.ts";

function wordOf(stderr: string): string {
  return lastWord({ success: false, stdout: "", stderr });
}

// The output of version 3.1.0 of the Supabase CLI.
const CONNECT =
  "failed to connect to postgres: failed to connect to `host=127.0.0.1 user=postgres " +
  "database=postgres`: ";

Deno.test("lastWord returns the cause, and not a hint or a link after it", () => {
  const refused = `${CONNECT}dial error (connect ECONNREFUSED 127.0.0.1:9)`;
  const unreachable = `Target: custom Postgres (127.0.0.1:9)
${refused}
Make sure your local IP is allowed in Network Restrictions and Network Bans.
https://supabase.com/dashboard/project/_/database/settings
`;
  assert.equal(wordOf(unreachable), refused);
  const unknown = `${CONNECT}server error (FATAL: password authentication failed (SQLSTATE 28P01))`;
  const hint = "Connect to your database by setting the env var correctly: SUPABASE_DB_PASSWORD";
  assert.equal(wordOf(`${unknown}\n${hint}\n`), unknown);
});

Deno.test("lastWord returns a sentence that contains a link", () => {
  const sentence = "Access token not provided. Get one at https://supabase.com/dashboard/tokens";
  assert.equal(wordOf(`npm warn old\n${sentence}\nnpm notice new\n`), sentence);
  assert.equal(wordOf("https://supabase.com/dashboard\n"), "no output");
});

/**
 * The tests run this script instead of npx. The first call fails, as npx fails without a network.
 * Each later call installs the CLI's program if it is missing, and then prints a warning and the
 * program's path.
 */
const NPX = `#!/bin/sh
echo "$@" >> "$STUBS/npx.log"
[ -f "$STUBS/failed" ] || { touch "$STUBS/failed"; echo "network unreachable" >&2; exit 1; }
[ -f "$STUBS/supabase" ] || cp "$STUBS/to-install" "$STUBS/supabase"
echo "a warning"
echo "$STUBS/supabase"
`;

const SUPABASE = `#!/bin/sh
echo "ran $*"
`;

const RUN = `
import { runSupabase } from "${new URL("./cli.ts", import.meta.url).href}";
const failed = await runSupabase(["link"]);
const runs = await Promise.all([runSupabase(["db", "push"]), runSupabase(["secrets", "list"])]);
await Deno.remove(Deno.env.get("STUBS") + "/supabase");
console.log(JSON.stringify([failed, ...runs, await runSupabase(["link"])]));
`;

Deno.test("npx finds the CLI once, and again only if npx failed or the CLI was removed", async () => {
  const stubs = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${stubs}/npx`, NPX, { mode: 0o755 });
    await Deno.writeTextFile(`${stubs}/to-install`, SUPABASE, { mode: 0o755 });
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", "--ext=ts", RUN],
      env: { PATH: `${stubs}:${Deno.env.get("PATH")}`, STUBS: stubs },
      stdin: "null",
      stderr: "inherit",
    }).output();
    assert(success);
    assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), [
      { success: false, stdout: "", stderr: "network unreachable\n" },
      { success: true, stdout: "ran db push\n", stderr: "" },
      { success: true, stdout: "ran secrets list\n", stderr: "" },
      { success: true, stdout: "ran link\n", stderr: "" },
    ]);
    const asked = (await Deno.readTextFile(`${stubs}/npx.log`)).trim().split("\n");
    const find = "-y --package supabase@3.1.0 -c command -v supabase";
    assert.deepEqual(asked, [find, find, find]);
  } finally {
    await Deno.remove(stubs, { recursive: true });
  }
});
