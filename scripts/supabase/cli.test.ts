import assert from "node:assert/strict";
import { lastWord } from "./cli.ts";

function wordOf(stderr: string): string {
  return lastWord({ success: false, stdout: "", stderr });
}

// The output of CLI 3.1.0.
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
