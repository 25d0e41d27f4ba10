/**
 * Personal data and secrets that tests send to the project must be neither in its database nor in its logs.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { StartedJob } from "../../supabase/functions/_shared/contracts/jobs.ts";
import { makeCanaries } from "./canaries.ts";
import { chatBody, closedChats } from "../support/work/chat.ts";
import { proven, withSql } from "../support/project/database.ts";
import { data, post } from "../support/project/http.ts";
import { jobEnds } from "../support/work/jobs.ts";
import { anyOf, leaksInDatabase } from "../support/project/leaks.ts";
import { type Person, signUpWith } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";
import { allLeaks, leaked } from "./find-leaks.ts";
import { inBadRequests, inChats, inErrors, inPurchase, inResearch } from "./send-canaries.ts";

const world = readWorld();

async function agreeing(level: string): Promise<Person> {
  const person = await signUpWith(world, "10000");
  const { error } = await person.dataApi.from("ai_consent").upsert({ level }, {
    onConflict: "user_id",
  });
  equal(error, null);
  return person;
}

Deno.test({
  name: "no text of prompts, errors, bad requests and payments is stored or logged",
  ignore: world.dataDir === undefined,
  fn: async () => {
    const canaries = makeCanaries();
    const people = [await agreeing("full_redacted"), await agreeing("none")];
    let output = "";
    const onOutput = (text: string) => void (output += text);
    for (const person of people) {
      await inChats(world, person, canaries);
      await inResearch(world, person, canaries);
    }
    await inErrors(world, people[0]!, canaries, onOutput);
    await inBadRequests(world, canaries);
    await inPurchase(world, people[0]!, canaries);
    for (const person of people) await closedChats(world, person);
    ok(output.includes("upstream_unavailable"), "the deployment's output has the error");

    const { secretKey, stripeKey, webhookSecret, aiKey } = world;
    const ours = people.flatMap(({ token, password, email }) => [token, password, email]);
    const phone = canaries.each.phone.replaceAll(" ", "");
    const texts = [
      ...Object.values(canaries.each),
      phone,
      ...[secretKey, stripeKey, webhookSecret, aiKey],
      ...ours,
    ];
    const found = await allLeaks(anyOf(texts), { "a deployment's output": output });
    // Auth stores the user's email address. So if the search does not find the address, the search
    // itself is broken.
    ok(
      found.some(({ place, found }) => place === "auth.users.email" && found === people[0]!.email),
    );
    deepEqual(leaked(found), []);
    // With the user's consent the prompt is stored. Placeholders replace the canaries that the
    // redactor recognises.
    const [log] = await withSql(world, (sql) =>
      sql`select prompt from farthing.ai_logs
        where user_id = ${people[0]!.id} and prompt is not null limit 1`);
    for (const token of ["[EMAIL]", "[CARD]", "[IBAN]", "[PHONE]", "[SECRET]"]) {
      ok(log?.prompt.includes(token), log?.prompt);
    }
    await proven(world);
  },
});

Deno.test({
  name: "an answer that repeats its prompt is stored for its caller alone, for 24 hours",
  ignore: world.dataDir === undefined,
  fn: async () => {
    const person = await agreeing("full_redacted");
    const { each } = makeCanaries();
    const content = `${each.email} is my address [plan:1]`;
    equal((await post(world, "ai/chat", person.as, chatBody(content))).status, 200);
    const started = await post(world, "ai/research", person.as, { query: content });
    await jobEnds(world, person.as, data(started, 202, StartedJob).job_id, "completed");
    const pattern = anyOf(Object.values(each));
    // The contract lets two places store the text: the answer that is stored for repeated requests,
    // and the result that is stored for polling.
    deepEqual((await allLeaks(pattern)).map(({ place }) => place), [
      "farthing.jobs.result",
      "farthing.private_answers.answer",
    ]);
    await withSql(world, async (sql) => {
      await sql.begin(async (tomorrow) => {
        await tomorrow`select farthing.delete_old_idempotency_keys(now() + interval '24 hours')`;
        await tomorrow`select farthing.delete_old_job_data(now() + interval '24 hours', 100000)`;
        deepEqual(await leaksInDatabase(tomorrow, pattern), []);
        throw new Undone();
      }).catch((error) => {
        if (!(error instanceof Undone)) throw error;
      });
    });
  },
});

/** This error rolls back the transaction, so that nothing is deleted. */
class Undone extends Error {}
