/** Sends canaries in every place where a caller, a model provider or Stripe can send text. */
import { equal, notEqual, ok } from "node:assert/strict";
import { StartedJob } from "../../supabase/functions/_shared/contracts/jobs.ts";
import { prepare } from "../input/targets.ts";
import { crowd } from "../support/project/crowd.ts";
import type { Canaries } from "./canaries.ts";
import { chatBody, streamChat } from "../support/work/chat.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { backEnd, data, get, nobody, post, remove } from "../support/project/http.ts";
import { withQueue } from "../support/work/job-queue.ts";
import { holdsEnd, jobBecomes, jobEnds, readJob } from "../support/work/jobs.ts";
import type { Person } from "../support/project/people.ts";
import { withSql } from "../support/project/database.ts";
import { buy } from "../support/money/purchases.ts";
import { startRunner } from "../support/processes/runner.ts";
import { until } from "../support/project/until.ts";
import type { World } from "../support/project/world.ts";
import { withEchoProvider } from "./echo-provider.ts";

/**
 * The emulator's answers repeat the first 120 characters of a prompt, so each prompt begins with
 * more than 120 characters without canaries.
 */
const PREAMBLE =
  "A short essay on the history of the smallest coin of the realm, please, and be so " +
  "kind as to leave out of it whatever is said from here on. ";

const essay = ({ text }: Canaries, markers = "") => `${PREAMBLE}${text} [tokens:30] ${markers}`;

/**
 * Sends chats that are answered, chats that fail at the model provider in several ways, and a chat
 * that the caller aborts.
 */
export async function inChats(world: World, person: Person, canaries: Canaries): Promise<void> {
  const ask = (markers: string, more: object = {}) =>
    post(world, "ai/chat", person.as, chatBody(essay(canaries, markers), { ...more }));
  equal((await ask("")).status, 200);
  for (const markers of ["[fail:400]", "[fail:quota]", "[fail:404]", "[cut:3]"]) {
    const { status } = await ask(markers);
    ok(status >= 400, `${markers}: ${status}`);
    await ask(markers, { stream: true });
  }
  const whole = await streamChat(world, person, chatBody(essay(canaries)));
  equal(whole.events.at(-1)?.name, "usage");
  const broken = await streamChat(world, person, chatBody(essay(canaries, "[break:3]")));
  equal(broken.events.at(-1)?.name, "error");
  const slow = chatBody(essay(canaries, "[pace:50]"));
  await streamChat(world, person, slow, (deltas) => deltas < 2);
}

/** Starts research jobs: one completes, one is cancelled, and one fails at the model provider. */
export async function inResearch(world: World, person: Person, canaries: Canaries): Promise<void> {
  const start = async (markers: string) => {
    const query = essay(canaries, `[plan:1] ${markers}`);
    const answer = await post(world, "ai/research", person.as, { query });
    return data(answer, 202, StartedJob).job_id;
  };
  const [done, left, failing] = [
    await start(""),
    await start("[slow:500]"),
    await start("[fail:404]"),
  ];
  await jobEnds(world, person.as, done, "completed");
  await jobBecomes(world, person.as, left, "begun", ({ checkpoints }) => checkpoints.length > 0);
  await jobBecomes(world, person.as, failing, "refused", ({ error }) => error !== null);
  for (const jobId of [left, failing]) {
    if ((await readJob(world, person.as, jobId)).completed_at === null) {
      equal((await remove(world, `jobs/${jobId}`, person.as)).status, 200);
    }
  }
  await holdsEnd(world, person.id);
}

const CHATS_A_MINUTE = 20;

/** Sends chats, streams and a job to a model provider that repeats the prompt in its errors. */
export async function inErrors(
  world: World,
  person: Person,
  canaries: Canaries,
  onOutput: (text: string) => void,
): Promise<void> {
  const caller = crowd(world, CHATS_A_MINUTE);
  const echoes = ["echo:400", "echo:404", "echo:429", "echo:garbage", "echo:500"];
  const asked = await withEchoProvider(async (AI_BASE_URL) => {
    await withDeployment(world, { AI_BASE_URL }, async (deployed) => {
      const { events } = await streamChat(deployed, person, chatBody(essay(canaries)));
      equal(events.at(-1)?.name, "error");
      for (const { data } of events) onOutput(JSON.stringify(data));
      for (const echo of echoes) {
        for (const stream of [false, true]) {
          const body = chatBody(`${essay(canaries)} ${echo}`, { stream });
          const answer = await post(deployed, "ai/chat", await caller(), body);
          notEqual(answer.status, 200, echo);
        }
      }
    }, onOutput);
    await withQueue(world, async (queue) => {
      const query = `${essay(canaries)} echo:400`;
      const jobId = await queue.add("research", person.id, { query });
      await using runner = await startRunner(world, queue.name, {}, { AI_BASE_URL });
      await until(
        "the attempt failed",
        () => runner.logged.find(({ message }) => message === "job attempt failed"),
      );
      onOutput(JSON.stringify(runner.logged));
      await remove(world, `jobs/${jobId}`, person.as);
    });
  });
  ok(asked > echoes.length * 2);
  await holdsEnd(world, person.id);
}

/** Sends canaries in invalid bodies, in URLs, in keys and in credentials. */
export async function inBadRequests(world: World, canaries: Canaries): Promise<void> {
  const { text, each } = canaries;
  const { key, token, email, word } = each;
  const { person, targets } = await prepare(world);
  const headers = { "user-agent": text, "x-request-id": email, traceparent: token };
  const refusals = [];
  for (const { path, caller, good, fields, keyless } of targets) {
    const strict = Object.entries(fields).filter(([, kind]) => !kind.startsWith("text"));
    const bodies = [text, { ...good, [`${word} ${email}`]: text }, { ...good, user_id: text }];
    for (const [name] of strict) {
      if (!name.includes(".")) bodies.push({ ...good, [name]: text });
    }
    for (const body of bodies) {
      refusals.push(await post(world, path, await caller(), body, { headers }));
    }
    // Only the key of this request is invalid. A route that needs no Idempotency-Key would accept
    // the request.
    if (!keyless) {
      refusals.push(await post(world, path, await caller(), good, { key: `${text}${text}` }));
    }
    for (const bad of [{ authorization: `Bearer ${token}` }, { apikey: key }]) {
      refusals.push(await post(world, path, { ...person.as, ...bad }, good));
    }
  }
  const path = encodeURIComponent(text);
  for (const as of [person.as, backEnd(world), { apikey: token }, nobody]) {
    refusals.push(
      await get(world, `jobs/${path}`, as, headers),
      await get(world, `jobs?status=${path}&cursor=${path}`, as),
      await get(world, `credits?user_id=${path}`, as),
      await get(world, `credits/entries?from=${path}`, as),
      await get(world, `nothing/${path}`, as),
      await remove(world, `jobs/${path}`, as),
      await post(world, "job-runner", { ...as, apikey: key }, { text }),
    );
  }
  const signed = { "stripe-signature": `t=1,v1=${text}` };
  refusals.push(await post(world, "stripe-webhook", signed, { id: text }, { key: null }));
  for (const { status, url, text } of refusals) {
    ok(status >= 400 && status < 500, `${url}: ${text}`);
  }
}

/**
 * Pays with a name and an email address, which Stripe repeats in its events. During the purchase,
 * the email address of the buyer's account contains an ü. Stripe might refuse such an address, so
 * Farthing does not send it to Stripe. Stripe's page then asks the buyer for an email address.
 */
export async function inPurchase(world: World, buyer: Person, canaries: Canaries): Promise<void> {
  const setEmail = (email: string) =>
    withSql(world, (sql) => sql`update auth.users set email = ${email} where id = ${buyer.id}`);
  await setEmail(`ü${buyer.email}`);
  await buy(world, buyer, "Starter", { email: canaries.each.email, name: canaries.text });
  await setEmail(buyer.email);
}
