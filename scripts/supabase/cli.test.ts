/** Tests how the Supabase CLI is found and run, with a stub of npx on the PATH. */
import assert from "node:assert/strict";

/** Fails once, as npx does without a network. Then prints the path of the CLI's program. */
const NPX = `#!/bin/sh
echo "$@" >> "$STUBS/npx.log"
[ -f "$STUBS/failed" ] || { touch "$STUBS/failed"; echo "network unreachable" >&2; exit 1; }
echo "$STUBS/supabase"
`;

const SUPABASE = `#!/bin/sh
echo "ran $*"
`;

const RUN = `
import { runSupabase } from "${new URL("./cli.ts", import.meta.url).href}";
const failed = await runSupabase(["link"]);
const runs = await Promise.all([runSupabase(["db", "push"]), runSupabase(["secrets", "list"])]);
console.log(JSON.stringify([failed, ...runs]));
`;

Deno.test("npx finds the CLI once, and again only after a failure, which is returned", async () => {
  const stubs = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${stubs}/npx`, NPX, { mode: 0o755 });
    await Deno.writeTextFile(`${stubs}/supabase`, SUPABASE, { mode: 0o755 });
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
    ]);
    const asked = (await Deno.readTextFile(`${stubs}/npx.log`)).trim().split("\n");
    const find = "-y --package supabase@3.1.0 -c command -v supabase";
    assert.deepEqual(asked, [find, find]);
  } finally {
    await Deno.remove(stubs, { recursive: true });
  }
});
