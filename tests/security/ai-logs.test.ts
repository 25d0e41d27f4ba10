/**
 * AI logs through the data API: a browser sets the consent of its own user, and reads and deletes the logs
 * of that user.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { withSql } from "../support/project/database.ts";
import { backEnd, send } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

/** Logs a call of a model as the functions do. */
async function logged({ id }: Person): Promise<void> {
  const log = { kind: "chat", model: "gpt-4o", prompt: "I am [EMAIL]", usage: { input_tokens: 3 } };
  await withSql(
    world,
    (sql) => sql`select farthing.write_ai_log(${id}, ${JSON.stringify(log)}::jsonb, now())`,
  );
}

async function consent({ supabase }: Person, level: string): Promise<void> {
  const { error } = await supabase.schema("farthing_public").from("ai_consent").upsert({ level }, {
    onConflict: "user_id",
  });
  equal(error, null);
}

Deno.test("a user sets their consent by upsert, and stored logs follow it", async () => {
  const person = await signUp(world);
  const kept = async () => {
    const { data, error } = await person.dataApi.from("ai_logs").select("consent, prompt, usage")
      .order("consent");
    equal(error, null);
    return data;
  };
  await logged(person);
  await consent(person, "full_redacted");
  await logged(person);
  deepEqual(await kept(), [
    { consent: "none", prompt: null, usage: null },
    { consent: "full_redacted", prompt: "I am [EMAIL]", usage: { input_tokens: 3 } },
  ]);
  await consent(person, "none");
  const nothing = { consent: "none", prompt: null, usage: null };
  deepEqual(await kept(), [nothing, nothing]);
  const { data } = await person.dataApi.from("ai_consent").select("user_id, level");
  deepEqual(data, [{ user_id: person.id, level: "none" }]);
});

Deno.test("a user deletes their own logs, and no other user's", async () => {
  const [a, b] = [await signUp(world), await signUp(world)];
  await logged(a);
  await logged(b);
  const { error } = await a.dataApi.from("ai_logs").delete().gte("created_at", "2000-01-01");
  equal(error, null);
  deepEqual((await a.dataApi.from("ai_logs").select()).data, []);
  equal((await b.dataApi.from("ai_logs").select()).data?.length, 1);
});

Deno.test("no caller writes a log or sets another user's consent", async () => {
  const [a, b] = [await signUp(world), await signUp(world)];
  await logged(a);
  await consent(b, "usage_only");
  const mine = { user_id: b.id, level: "full_redacted" };
  ok((await a.dataApi.from("ai_consent").upsert(mine)).error);
  ok((await a.dataApi.from("ai_consent").insert({ level: "everything" })).error);
  ok((await a.dataApi.from("ai_consent").delete().eq("user_id", a.id)).error);
  ok((await a.dataApi.from("ai_logs").insert({ kind: "chat" })).error);
  ok((await a.dataApi.from("ai_logs").update({ prompt: "x" }).eq("kind", "chat")).error);
  const { data } = await b.dataApi.from("ai_consent").select("level");
  deepEqual(data, [{ level: "usage_only" }]);
  for (const as of [{ apikey: world.publishableKey }, backEnd(world)]) {
    for (const view of ["ai_logs", "ai_consent"]) {
      const { status } = await send(`${world.url}/rest/v1/${view}`, {
        headers: { ...as, "accept-profile": "farthing_public" },
      });
      ok([401, 403, 404].includes(status), `${view}: ${status}`);
    }
  }
});

const LOG = JSON.stringify({ kind: "chat", prompt: "I am [EMAIL]" });

Deno.test("a log that is being written while consent is lowered is erased with the rest", async () => {
  const person = await signUp(world);
  await consent(person, "full_redacted");
  await withSql(world, async (sql) => {
    let lowered = Promise.resolve();
    await sql.begin(async (writing) => {
      await writing`select farthing.write_ai_log(${person.id}, ${LOG}::jsonb, now())`;
      lowered = consent(person, "none");
      await until("the change of consent waits for the log", async () => {
        const [row] = await writing`select true as waits from pg_locks
          where not granted and pg_backend_pid() = any (pg_blocking_pids(pid)) limit 1`;
        return row?.waits;
      });
    });
    await lowered;
  });
  deepEqual((await person.dataApi.from("ai_logs").select("consent, prompt")).data, [
    { consent: "none", prompt: null },
  ]);
});

Deno.test("a log that is written while consent changes is stored without consent", async () => {
  const person = await signUp(world);
  await consent(person, "full_redacted");
  await withSql(world, (sql) =>
    sql.begin(async (changing) => {
      await changing`update farthing.ai_consents set level = 'usage_only' where user_id = ${person.id}`;
      await withSql(
        world,
        (writing) => writing`select farthing.write_ai_log(${person.id}, ${LOG}::jsonb, now())`,
      );
    }));
  deepEqual((await person.dataApi.from("ai_logs").select("consent, prompt")).data, [
    { consent: "none", prompt: null },
  ]);
});
