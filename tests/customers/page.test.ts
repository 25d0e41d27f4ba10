/**
 * An operator knows only a customer's email address. Two requests are enough to find out why the
 * customer's balance has changed.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { z } from "zod";
import { CustomerPage } from "../../supabase/functions/_shared/contracts/customer-page.ts";
import { FoundCustomer } from "../../supabase/functions/_shared/contracts/customers.ts";
import { withSql } from "../support/project/database.ts";
import { buy, packageNamed } from "../support/money/purchases.ts";
import { backEnd, type Caller, data, get, post, refused } from "../support/project/http.ts";
import { signUp, signUpOperator, signUpWith } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const operator = await signUpOperator(world);

async function pageOf(id: string, as: Caller = operator.as) {
  return data(await get(world, `customers/${id}`, as), 200, CustomerPage);
}

function codesOf({ refused_next }: z.output<typeof CustomerPage>, action: string): string[] {
  return refused_next.filter((each) => each.action === action).map(({ code }) => code);
}

Deno.test("an operator reads why a balance changed in two requests", async () => {
  const buyer = await signUp(world);
  const order = await buy(world, buyer, "Starter");
  const usage = { user_id: buyer.id, model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };
  equal((await post(world, "usage", backEnd(world), usage)).status, 201);

  const found = await get(world, `customers?q=${buyer.email}`, operator.as);
  const [customer] = data(found, 200, z.array(FoundCustomer));
  const page = await pageOf(customer!.id);
  deepEqual(page.entries.items.map(({ amount, reason }) => [amount, reason]), [
    ["-50", "Usage of gpt-4o: 1000 input, 500 output tokens"],
    ["9990", `Starter package bought: order ${order.order_id}`],
  ]);
  equal(page.entries.items[1]?.order_id, order.order_id);
  ok(page.entries.items[1]?.stripe_event_id?.startsWith("evt_"));
  deepEqual([page.credits.balance, page.credits.available], ["9940", "9940"]);
  equal(page.orders.items[0]?.order_id, order.order_id);
  equal(page.notifications.items[0]?.template, "receipt");
  const paths = Object.values(page).flatMap((part) =>
    part !== null && "path" in part ? part.path ?? [] : []
  );
  equal(paths.length, 9);
  for (const path of paths) {
    const { status, text } = await get(world, path.slice(1), operator.as);
    equal(status, 200, `${path}: ${text}`);
  }
});

Deno.test("the predicted refusals are the real answers", async () => {
  const customer = await signUpWith(world, "5");
  const before = await pageOf(customer.id, backEnd(world));
  const debit = before.refused_next.find(({ action }) => action === "debit")!;
  deepEqual([debit.code, debit.above], ["insufficient_credits", "5"]);
  const body = { user_id: customer.id, amount: "5.000000000000000001", reason: "x" };
  refused(await post(world, "credits/debits", backEnd(world), body), 402, debit.code);
  deepEqual(codesOf(before, "checkout"), []);

  const { id } = await packageNamed(world, "Starter");
  const block = { kind: "user", value: customer.id, reason: "test" };
  equal((await post(world, "fraud/blocked", operator.as, block)).status, 201);
  const [code] = codesOf(await pageOf(customer.id), "checkout");
  refused(await post(world, "checkout", customer.as, { package_id: id }), 403, code!);
});

Deno.test("the account of a deleted user is read by its number", async () => {
  const buyer = await signUp(world);
  const order = await buy(world, buyer, "Starter");
  await withSql(world, (sql) => sql`delete from auth.users where id = ${buyer.id}`);
  const found = await get(world, `customers?q=${order.order_id}`, operator.as);
  const [customer] = data(found, 200, z.array(FoundCustomer));
  const page = await pageOf(customer!.id);
  deepEqual([page.customer.email, page.customer.user_id], [null, null]);
  ok(page.customer.left_at);
  equal(page.entries.items[0]?.reason, "User deleted: the remaining credits ended");
  refused(await get(world, `customers/${buyer.id}`, operator.as), 404, "not_found");
});

Deno.test("only operators and secret keys read a customer", async () => {
  const user = await signUp(world);
  refused(await get(world, `customers/${user.id}`, user.as), 403, "forbidden");
  refused(await get(world, `customers/${user.id}`, {}), 401, "unauthenticated");
});
