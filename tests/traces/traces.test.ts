/**
 * The trace in a request's header appears in the request's log line, in its answer, and in the
 * entry that the request wrote.
 */
import { equal, match, ok } from "node:assert/strict";
import { Debit } from "../../supabase/functions/_shared/contracts/credits.ts";
import { StartedJob } from "../../supabase/functions/_shared/contracts/jobs.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { proven, withLostEvents, withSql } from "../support/project/database.ts";
import { type Answer, backEnd, data, post } from "../support/project/http.ts";
import { logsOf } from "../support/project/leaks.ts";
import { signUp, signUpWith } from "../support/project/people.ts";
import { buy, openCheckout } from "../support/money/purchases.ts";
import { payInSilence, stripeOf } from "../support/money/stripe.ts";
import { until } from "../support/project/until.ts";
import { readWorld, type World } from "../support/project/world.ts";

const world = readWorld();

interface Line {
  readonly trace_id?: string;
  readonly request_id?: string;
  readonly route?: string;
}

interface Trace {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
}

const hex = (digits: number) => crypto.randomUUID().replaceAll("-", "").slice(0, digits);

function newTrace(): Trace {
  const id = hex(32);
  return { id, headers: { traceparent: `00-${id}-${hex(16)}-01` } };
}

function linesOf(text: string): Line[] {
  return text.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
}

/** Waits for the log line of this route that has this trace. */
function lineOf(route: string, traceId: string): Promise<Line> {
  return until(`${route} logs the trace ${traceId}`, async () => {
    const lines = linesOf((await logsOf(world))["the functions' log"]!);
    return lines.find((line) => line.route === route && line.trace_id === traceId);
  });
}

/** Reads the correlation id of the newest entry of a user's account. */
async function correlationOf(userId: string): Promise<string> {
  const [row] = await withSql(world, (sql) =>
    sql`
    select e.correlation_id from farthing.entries e join farthing.accounts a using (account_id)
    where a.owner_id = ${userId} order by e.seq desc limit 1`);
  return row?.correlation_id;
}

function checkAnswer({ headers, text }: Answer, trace: Trace): void {
  match(headers.get("traceparent") ?? "", new RegExp(`^00-${trace.id}-[0-9a-f]{16}-01$`));
  equal(JSON.parse(text).metadata.traceId, trace.id);
}

async function spend(at: World, userId: string, trace: Trace): Promise<void> {
  const body = { user_id: userId, amount: "1", reason: "test" };
  const answer = await post(at, "credits/debits", backEnd(world), body, { headers: trace.headers });
  data(answer, 201, Debit);
  checkAnswer(answer, trace);
  equal(await correlationOf(userId), trace.id);
}

function sign(event: object): Promise<string> {
  return stripeOf(world).webhooks.generateTestHeaderStringAsync({
    payload: JSON.stringify(event),
    secret: world.webhookSecret,
    timestamp: Math.floor(Date.now() / 1000),
  });
}

Deno.test("a trace goes from a request's header to the log line, the answer and the entry", async () => {
  const { id } = await signUpWith(world, "10");
  const trace = newTrace();
  await spend(world, id, trace);
  await lineOf("/credits/debits", trace.id);
  await proven(world);
});

Deno.test("a purchase's entry has the trace of the webhook's request", async () => {
  const buyer = await signUp(world);
  await buy(world, buyer);
  const { request_id } = await lineOf("/stripe-webhook", await correlationOf(buyer.id));
  ok(request_id);
  await proven(world);
});

Deno.test("a trace reaches the entry through the pool, too", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUp(world);
    const checkout = await openCheckout(world, buyer);
    const events = await payInSilence(world, checkout);
    const paid = events.find(({ type }) => type === "checkout.session.completed")!;
    const changes = { DATABASE_POOL_URL: world.databaseUrl };
    const lines: string[] = [];
    await withDeployment(world, changes, async (at) => {
      const trace = newTrace();
      const signature = await sign(paid);
      const answer = await post(at, "stripe-webhook", {}, JSON.stringify(paid), {
        key: null,
        headers: { ...trace.headers, "stripe-signature": signature },
      });
      equal(answer.status, 200, answer.text);
      match(answer.headers.get("traceparent") ?? "", new RegExp(trace.id));
      equal(await correlationOf(buyer.id), trace.id);
      await until("the trace is in the log", () => {
        const logged = linesOf(lines.join("")).find(({ trace_id }) => trace_id === trace.id);
        return logged?.route === "/stripe-webhook" || undefined;
      });
      await spend(at, buyer.id, newTrace());
    }, (text) => lines.push(text));
    await proven(world);
  });
});

Deno.test("a woken runner continues the trace of the request that created the job", async () => {
  const person = await signUpWith(world, "100");
  const trace = newTrace();
  const answer = await post(world, "jobs", person.as, { type: "ledger_export", input: {} }, {
    headers: trace.headers,
  });
  data(answer, 202, StartedJob);
  await lineOf("/job-runner", trace.id);
  await proven(world);
});
