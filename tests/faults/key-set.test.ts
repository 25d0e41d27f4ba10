/**
 * Auth does not answer requests for its key set. Users are refused quickly, but callers with a
 * secret key are served, because they need no key set.
 */
import { equal, ok } from "node:assert/strict";
import { proven } from "../support/project/database.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { startProxy } from "../support/processes/faulty-proxy.ts";
import { backEnd, get, nobody, post, refused } from "../support/project/http.ts";
import { signUpWith } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

Deno.test("a key set that never arrives is a 503 for users, and does not affect the back end", async () => {
  const person = await signUpWith(world, "10");
  await using proxy = startProxy(world.url, { kind: "silent" });
  const changes = {
    SUPABASE_URL: proxy.url,
    FARTHING_PUBLIC_URL: world.url,
    DATABASE_POOL_URL: world.databaseUrl,
  };
  await withDeployment(world, changes, async (cut) => {
    const asking = get(cut, "credits", person.as);
    const debit = { user_id: person.id, amount: "1", reason: "x" };
    equal((await post(cut, "credits/debits", backEnd(cut), debit)).status, 201);
    const answer = await asking;
    refused(answer, 503, "not_ready");
    ok(Number(answer.headers.get("retry-after")) >= 1);
    const ready = refused(await get(cut, "health/ready", nobody), 503, "not_ready");
    equal((ready.details?.checks as Record<string, string>).jwks, "down");
  });
  await proven(world);
});
