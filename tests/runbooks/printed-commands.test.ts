/** Each command of a runbook is found in full, and a command that can't be run is an error. */
import { deepEqual, rejects, throws } from "node:assert/strict";
import { follow } from "./follow.ts";
import { commandsIn, routesIn, tasksIn } from "./printed-commands.ts";
import { readWorld } from "../support/project/world.ts";
import { withPlace } from "./place.ts";

const fence = (language: string, ...lines: string[]) =>
  ["```" + language, ...lines, "```", ""].join("\n");

Deno.test("a command ends with its line, unless a backslash, a quote or a pipe continues it", () => {
  const page = fence(
    "sh",
    "umask 077",
    "curl a \\",
    "  -d '{",
    "}'",
    "# why",
    "ls",
    "  | grep x > y",
  );
  deepEqual(commandsIn(page).map(({ text }) => text), [
    "umask 077",
    "curl a \\\n  -d '{\n}'",
    "ls\n  | grep x > y",
  ]);
});

Deno.test("blocks in a list and SQL in sentences are commands, in the order of the page", () => {
  const page = "1. Do `select 1` or `select\n   2`:\n\n   " +
    fence("sql", "   select 3", "   from t;").replaceAll("```\n", "   ```\n").trimStart() +
    "\n`delete from t`, not `select`, then `curl -X GET a` by `curl`.\n";
  deepEqual(commandsIn(page).map(({ text }) => text), [
    "select 1",
    "select 2",
    "select 3\nfrom t;",
    "delete from t",
    "curl -X GET a",
  ]);
});

Deno.test("a block in an unknown language and an open quote are refused", () => {
  throws(() => commandsIn(fence("python", "print()")), /how to run a block of python/);
  throws(() => commandsIn(fence("", "curl x")), /how to run/);
  throws(() => commandsIn(fence("sh", "echo 'a")), /has no end/);
  deepEqual(commandsIn(fence("text", "Lead: …")), []);
});

Deno.test("routes and tasks are found in sentences", () => {
  deepEqual(routesIn("see `GET /customers/{id}` or `POST /refunds?x=1`"), [
    "GET /customers/{id}",
    "POST /refunds",
  ]);
  deepEqual(tasksIn("npx -y deno@2.9.6 task golive x, `deno task stripe:check`"), [
    "golive",
    "stripe:check",
  ]);
});

Deno.test("a command that fails, a refused request and a missing value fail the page", async () => {
  const world = readWorld();
  await withPlace(world, async (place) => {
    await rejects(place.sh("false"), /ended with 1/);
    await rejects(place.sh(`curl ${world.url}/functions/v1/credits`), /ended with 22/);
    await rejects(follow(world, place, "incident.md"), Deno.errors.NotFound);
    await rejects(follow(world, place, "disputes.md"), /a placeholder has no value/);
    const gone = { prepare: () => Promise.resolve([["SOMETHING ELSE", "x"] as const]) };
    await rejects(follow(world, place, "ai_slow.md", gone), /no longer has: SOMETHING ELSE/);
  });
});
