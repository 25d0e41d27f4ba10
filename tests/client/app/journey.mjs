/**
 * Uses every feature of the packed @farthing/client, in plain Node, and prints its findings as
 * JSON. It also prints a line with the URL of a checkout. The test that runs this program reads
 * this line and pays the checkout.
 */
import process from "node:process";
import { createClient } from "@supabase/supabase-js";
import { createFarthing, FarthingError, optimisticList } from "@farthing/client";
import { createFarthingServer } from "@farthing/client/server";

const { SUPABASE_URL: url, SUPABASE_PUBLISHABLE_KEY: key, SUPABASE_SECRET_KEY } = process.env;
const found = {};
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const auth = { persistSession: false, autoRefreshToken: false };
const noSocket = class {};
const supabase = createClient(url, key, { auth, realtime: { transport: noSocket } });
const email = `test-${crypto.randomUUID()}@example.com`;
const signedUp = await supabase.auth.signUp({ email, password: crypto.randomUUID() });
if (signedUp.error) throw signedUp.error;
const user_id = signedUp.data.user.id;

const ids = [];
const farthing = createFarthing({ supabase, onAnswer: ({ requestId }) => ids.push(requestId) });
const server = createFarthingServer({ url, secretKey: SUPABASE_SECRET_KEY });
found.node = process.versions.node.split(".")[0];
found.empty = (await farthing.credits.get()).available;

// a chat without credits is refused with 402, and the error has the details
const chat = { model: "gpt-4o", messages: [{ role: "user", content: "What is a farthing?" }] };
found.refused = await farthing.chat.create(chat).catch((error) => [
  error instanceof FarthingError,
  error.code,
  error.details.available,
]);

// a purchase
const order = await farthing.buy("starter");
say({ pay: order.checkout_url });
const { order: paid, credits } = await farthing.waitForOrder(order.order_id);
found.paid = [paid.status, credits.available];

// the same call twice
const idempotencyKey = crypto.randomUUID();
const usage = { user_id, model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };
const charges = [];
for (const _ of [1, 2]) charges.push(await server.usage(usage, { idempotencyKey }));
found.charged = charges.map((charge) => [charge.credits, charge.replayed]);

// a hold whose work succeeds, and a hold whose work fails
const estimate = { model: "gpt-4o", input_tokens: 1000, max_output_tokens: 500 };
const { model, input_tokens, output_tokens } = usage;
const charge = { usage: { model, input_tokens, output_tokens } };
const work = ({ status }) => Promise.resolve({ value: status, charge });
const done = await server.withHold({ userId: user_id, estimate }, work);
found.held = [done.value, done.settled.settled];
const fails = () => Promise.reject(new Error("the model failed"));
found.released = await server.withHold({ userId: user_id, estimate }, fails)
  .catch(({ message }) => message);
found.left = await server.credits.get(user_id).then(({ balance, held }) => [balance, held]);

// a stream that is read to its end, and a stream that is aborted
let text = "";
const whole = farthing.chat.stream(chat);
for await (const piece of whole) text += piece;
found.stream = [text.length > 0, (await whole.settled()).finish_reason];
const stop = new AbortController();
const cut = farthing.chat.stream(chat, { signal: stop.signal });
found.aborted = [];
try {
  for await (const _ of cut) stop.abort();
} catch (error) {
  found.aborted.push(error.name);
}
found.aborted.push(Number((await cut.settled()).credits) > 0);

// a job that is followed to its end, in a list that shows the job under a temporary id first
const list = optimisticList((job) => job.job_id);
const draft = { job_id: "", type: "ledger_export", status: "queued", progress: 0 };
const started = await list.add(
  draft,
  (client_temp_id) => farthing.jobs.start({ type: "ledger_export", input: {}, client_temp_id }),
);
const states = [];
for await (const { status } of farthing.jobs.follow(started.job_id)) states.push(status);
found.job = [states.at(-1), (await (await farthing.jobs.file(started.job_id)).text()).length > 0];
found.list = list.items.map(({ id, isPending }) => [id === started.job_id, isPending]);

// the history, as entries and as CSV
const kinds = new Set();
let count = 0;
for await (const { kind } of farthing.credits.entries()) {
  kinds.add(kind);
  count += 1;
}
const lines = (await farthing.credits.entriesCsv()).trimEnd().split("\n");
found.entries = [[...kinds].sort(), lines.length - 1 === count];
found.logged = ids.every((id) => /^[\w.-]{8,64}$/.test(id)) && new Set(ids).size === ids.length;
await supabase.auth.signOut();
found.signedOut = await farthing.credits.get().catch(({ code, status }) => [code, status]);
say({ found });
