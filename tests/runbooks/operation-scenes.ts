/**
 * The states of the stack for which the runbooks of operations are written, except the runbooks of
 * a launch.
 */
import { deepEqual, equal } from "node:assert/strict";
import { deadEvent } from "../support/money/dead-event.ts";
import { balanceOf } from "../support/money/purchases.ts";
import { newPurchase } from "../support/money/refunds.ts";
import { withSql } from "../support/project/database.ts";
import type { World } from "../support/project/world.ts";
import type { Ran, Scene, Value } from "./follow.ts";
import { endAlerts, openAlert } from "./states.ts";

async function stuckPayment(world: World): Promise<Value[]> {
  const { eventId, orderId } = await deadEvent(world);
  return [["'ORDER'", `'${orderId}'`], ["EVENT", eventId]];
}

/** Asserts after a replay that the event is applied, as the runbook promises. */
async function isApplied({ text }: Ran, world: World): Promise<Value[]> {
  const event = /webhook-events\/(\w+)\/replay/.exec(text)?.[1];
  if (event === undefined) return [];
  const [row] = await withSql(world, (sql) =>
    sql<{ state: string; status: string }[]>`
    select i.state, o.status from farthing.inbox i
    join farthing.orders o on o.order_id::text = i.facts ->> 'order_id' where i.event_id = ${event}`);
  deepEqual({ ...row }, { state: "processed", status: "paid" });
  return [];
}

async function customer(world: World): Promise<Value[]> {
  const { buyer } = await newPurchase(world);
  return [["EMAIL", buyer.email], ["USER", buyer.id]];
}

async function isCorrected({ text, said }: Ran, world: World): Promise<Value[]> {
  const user = /"user_id": "([\w-]+)"/.exec(text)?.[1];
  if (user === undefined) return [];
  equal(JSON.parse(said).success, true);
  const wanted = text.includes("credits/grants") ? "10090" : "9990";
  equal((await balanceOf(world, user)).balance, wanted);
  return [];
}

/** A separate test follows this runbook, because its commands need a Redis. */
export const FLUSH_PAGE = "operations/redis-flush.md";

export const OPERATION_SCENES: Readonly<Record<string, Scene>> = {
  "operations/payments-flow.md": { prepare: stuckPayment, after: isApplied },
  "operations/common-failures.md": {},
  "operations/where-are-my-credits.md": { prepare: customer, after: isCorrected },
  "operations/incident.md": {
    prepare: async (world) => [["alerts/ID", `alerts/${await openAlert(world)}`]],
    undo: endAlerts,
  },
};
