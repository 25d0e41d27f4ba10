/** The Idempotency-Key over HTTP: which answers are stored, which are not, and who owns a key. */
import { deepEqual, equal } from "node:assert/strict";
import { Checkout } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { Debit } from "../../supabase/functions/_shared/contracts/credits.ts";
import { OpenedHold } from "../../supabase/functions/_shared/contracts/holds.ts";
import { Charge } from "../../supabase/functions/_shared/contracts/usage.ts";
import { countEntries, proven } from "../support/project/database.ts";
import { backEnd, data, post, refused } from "../support/project/http.ts";
import { signUp, signUpWith } from "../support/project/people.ts";
import { balanceOf, packageNamed } from "../support/money/purchases.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const service = backEnd(world);

Deno.test("T12: a key with another body is refused before anything is written", async () => {
  const person = await signUpWith(world, "100");
  const key = crypto.randomUUID();
  const body = { user_id: person.id, amount: "10", reason: "x" };
  data(await post(world, "credits/debits", service, body, { key }), 201, Debit);
  for (
    const other of [{ ...body, amount: "11" }, { ...body, reason: "y" }, `${JSON.stringify(body)} `]
  ) {
    const answer = await post(world, "credits/debits", service, other, { key });
    refused(answer, 422, "idempotency_key_reused");
  }
  equal((await balanceOf(world, person.id)).balance, "90");
  equal(await countEntries(world, person.id), 2);
  await proven(world);
});

Deno.test("T12: a refusal is stored, too, and is replayed after its reason is gone", async () => {
  const person = await signUpWith(world, "1");
  const key = crypto.randomUUID();
  const body = { user_id: person.id, amount: "10", reason: "x" };
  const ask = () => post(world, "credits/debits", service, body, { key });
  const error = refused(await ask(), 402, "insufficient_credits");
  const grant = { user_id: person.id, amount: "100", source: "promotional", reason: "x" };
  equal((await post(world, "credits/grants", service, grant)).status, 201);
  const again = await ask();
  deepEqual(refused(again, 402, "insufficient_credits"), error);
  equal(again.headers.get("idempotency-replayed"), "true");
  data(await post(world, "credits/debits", service, body), 201, Debit);
  equal((await balanceOf(world, person.id)).balance, "91");
  await proven(world);
});

Deno.test("T12: a stored answer is replayed with its status on every kind of route", async () => {
  const person = await signUpWith(world, "1000");
  const user_id = person.id;
  const { id } = await packageNamed(world, "Starter");
  const usage = { user_id, model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };
  const hold = await post(world, "credits/holds", service, { user_id, amount: "5" });
  const { hold_id } = data(hold, 201, OpenedHold);
  const calls: [string, Record<string, string>, object, number][] = [
    ["checkout", person.as, { package_id: id }, 201],
    ["checkout", person.as, { package_id: "none" }, 422],
    ["usage", service, usage, 201],
    ["usage", service, { ...usage, user_id: crypto.randomUUID() }, 404],
    ["usage/batch", service, { events: [{ ...usage, event_id: "e" }] }, 200],
    ["credits/holds", service, { user_id, amount: "5" }, 201],
    [`credits/holds/${hold_id}/release`, service, {}, 200],
    [`credits/holds/${hold_id}/release`, service, {}, 409],
    ["credits/grants", service, { user_id, amount: "1", source: "adjustment", reason: "x" }, 201],
  ];
  for (const [path, as, body, status] of calls) {
    const key = crypto.randomUUID();
    const first = await post(world, path, as, body, { key });
    equal(first.status, status, `${first.url}: ${first.text}`);
    equal(first.headers.get("idempotency-replayed"), null);
    const again = await post(world, path, as, body, { key });
    equal(again.status, status);
    equal(again.headers.get("idempotency-replayed"), "true");
    const content = (text: string) => ({ ...JSON.parse(text), metadata: null });
    deepEqual(content(again.text), content(first.text));
  }
  await proven(world);
});

Deno.test("a key belongs to one caller and one route: the same text elsewhere is another key", async () => {
  const [a, b] = [await signUp(world), await signUpWith(world, "100")];
  const { id } = await packageNamed(world, "Starter");
  const key = crypto.randomUUID();
  const first = data(
    await post(world, "checkout", a.as, { package_id: id }, { key }),
    201,
    Checkout,
  );
  const second = await post(world, "checkout", b.as, { package_id: id }, { key });
  equal(data(second, 201, Checkout).order_id === first.order_id, false);
  const debit = { user_id: b.id, amount: "1", reason: "x" };
  data(await post(world, "credits/debits", service, debit, { key }), 201, Debit);
  const hold = { user_id: b.id, amount: "1" };
  data(await post(world, "credits/holds", service, hold, { key }), 201, OpenedHold);
  await proven(world);
});

Deno.test("a key is required, printable, and has at most 255 characters", async () => {
  const person = await signUpWith(world, "100");
  const body = { user_id: person.id, model: "gpt-4o", input_tokens: 1, output_tokens: 0 };
  const send = (key: string | null) => post(world, "usage", service, body, { key });
  for (const key of [null, "", " ", "x".repeat(256), "caf\u00e9", "a\tb", '""']) {
    refused(await send(key), 400, "missing_idempotency_key");
  }
  const longest = data(await send("x".repeat(255)), 201, Charge);
  equal(longest.event_id, "x".repeat(255));
  const plain = data(await send("plain-key"), 201, Charge);
  const quoted = await send('"plain-key"');
  deepEqual(data(quoted, 201, Charge), plain);
  equal(quoted.headers.get("idempotency-replayed"), "true");
  await proven(world);
});

Deno.test("refusals of a bad body or a bad credential are not stored", async () => {
  const person = await signUpWith(world, "100");
  const key = crypto.randomUUID();
  const body = { user_id: person.id, amount: "1", reason: "x" };
  const path = "credits/debits";
  refused(
    await post(world, path, service, { ...body, amount: "-1" }, { key }),
    400,
    "invalid_request",
  );
  refused(
    await post(world, path, { apikey: "sb_secret_no" }, body, { key }),
    401,
    "unauthenticated",
  );
  refused(await post(world, path, person.as, body, { key }), 403, "forbidden");
  data(await post(world, path, service, body, { key }), 201, Debit);
  await proven(world);
});
