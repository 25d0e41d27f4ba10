/**
 * An operator searches for customers by an email address or an id. Each customer that a search
 * returns is logged.
 */
import { deepEqual, equal } from "node:assert/strict";
import { z } from "zod";
import {
  CustomerRead,
  FoundCustomer,
} from "../../supabase/functions/_shared/contracts/customers.ts";
import { buy } from "../support/money/purchases.ts";
import { backEnd, data, get, refused } from "../support/project/http.ts";
import { signUp, signUpAs, signUpOperator } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const operator = await signUpOperator(world);

async function find(q: string, as = operator.as) {
  const answer = await get(world, `customers?q=${encodeURIComponent(q)}`, as);
  return data(answer, 200, z.array(FoundCustomer));
}

Deno.test("an operator finds a customer by email, order and payment", async () => {
  const buyer = await signUp(world);
  const [before] = await find(buyer.email.toUpperCase());
  deepEqual([before?.id, before?.account_id, before?.balance], [buyer.id, null, "0"]);
  const order = await buy(world, buyer, "Starter");
  for (const q of [buyer.email, buyer.id, order.order_id, order.checkout_session_id!]) {
    const [found, ...others] = await find(q);
    deepEqual([found?.id, found?.email, found?.balance, others], [
      buyer.id,
      buyer.email,
      "9990",
      [],
    ]);
  }
  equal((await find(order.order_id, backEnd(world)))[0]?.matched_by, "order_id");
  deepEqual(await find(`nobody-${crypto.randomUUID()}@example.com`), []);

  const reads = await get(world, `customers/${buyer.id}/reads`, backEnd(world));
  const log = data(reads, 200, z.array(CustomerRead));
  deepEqual(log.map(({ author, query }) => [author, query]), [
    ["key:default", null],
    ["key:default", order.order_id],
    [`operator:${operator.id}`, order.checkout_session_id],
    [`operator:${operator.id}`, order.order_id],
    [`operator:${operator.id}`, buyer.id],
    [`operator:${operator.id}`, "t***@example.com"],
    [`operator:${operator.id}`, "T***@EXAMPLE.COM"],
  ]);
  equal(log[0]?.request_id, reads.headers.get("x-request-id"));
});

Deno.test("users and other roles find nobody, not even themselves", async () => {
  const user = await signUp(world);
  const other = await signUpAs(world, "support");
  for (const { as } of [user, other]) {
    refused(await get(world, `customers?q=${user.email}`, as), 403, "forbidden");
    refused(await get(world, `customers/${user.id}/reads`, as), 403, "forbidden");
  }
  refused(await get(world, `customers?q=${user.email}`, {}), 401, "unauthenticated");
  refused(await get(world, "customers?q=ann%20smith", operator.as), 400, "invalid_request", "q");
});
