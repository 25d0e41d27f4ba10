import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "./request.ts";
import { randomText } from "../core/ids.ts";
import type { Courier } from "../deliveries/courier.ts";
import { FailingEvents } from "../deliveries/disorder.ts";
import type { Engine } from "../engine/engine.ts";
import {
  type Delivery,
  finish,
  finishedDeliveries,
  openDeliveries,
} from "../resources/deliveries.ts";
import { events, matchesType } from "../resources/events.ts";
import { webhookEndpoints } from "../resources/webhook-endpoints.ts";
import type { Scope } from "../store/scope.ts";

type Release = z.output<typeof releaseBody>;

const types = z.array(z.string()).min(1).default(["*"]);
const copies = z.int().min(1).max(100).default(1);

const holdBody = z.strictObject({ types });
const copiesBody = z.strictObject({ copies });
const failBody = z.strictObject({
  types,
  /** The percentage of the events whose deliveries fail. */
  percent: z.int().min(0).max(100).default(100),
  status: z.int().min(300).max(599).default(503),
});
/** Without the field, each event is delivered with its own `livemode`. */
const livemodeBody = z.strictObject({ livemode: z.boolean().optional() });
const dropBody = z.strictObject({
  types,
  /** If given, only deliveries of these events are selected. */
  events: z.array(z.string()).optional(),
});
const releaseBody = z.strictObject({
  /** `created`, `reverse`, `shuffle`, or a list of event ids or types in the wanted order. */
  order: z.union([z.enum(["created", "reverse", "shuffle"]), z.array(z.string())])
    .default("created"),
  copies,
  /**
   * Whether all deliveries start at once. Otherwise each starts when the one before it is answered.
   */
  parallel: z.boolean().default(false),
  keep_holding: z.boolean().default(false),
});
const deliverBody = z.strictObject({ copies, parallel: z.boolean().default(false) });

/**
 * Controls for webhook deliveries: list, hold, release in any order, copy, drop, repeat and fail
 * them.
 */
export function deliveryControls(engine: Engine): Hono {
  const app = new Hono();
  const { courier } = engine;
  const scope = engine.scope();
  app.get("/deliveries", (c) => {
    const { event, type, state } = c.req.query();
    const all = [...finishedDeliveries.all(scope), ...openDeliveries.all(scope)];
    const wanted = all.filter((each) =>
      (event ?? each.event) === each.event && matchesType(type ?? "*", each.type) &&
      (state ?? each.state) === each.state
    );
    return c.json({ data: wanted });
  });
  app.post("/deliveries/hold", async (c) => {
    const { types } = await readBody(c, holdBody);
    courier.disorder = { ...courier.disorder, hold: types };
    hold(scope, types);
    return c.json({ hold: types });
  });
  app.post("/deliveries/copies", async (c) => {
    const { copies } = await readBody(c, copiesBody);
    courier.disorder = { ...courier.disorder, copies };
    return c.json({ copies });
  });
  app.post("/deliveries/fail", async (c) => {
    const rule = await readBody(c, failBody);
    const fail = rule.percent === 0 ? undefined : new FailingEvents(rule);
    courier.disorder = { ...courier.disorder, fail };
    return c.json(rule);
  });
  app.post("/deliveries/livemode", async (c) => {
    const { livemode } = await readBody(c, livemodeBody);
    courier.disorder = { ...courier.disorder, livemode };
    return c.json({ livemode: livemode ?? scope.settings.mode === "live" });
  });
  app.post("/deliveries/release", async (c) => {
    const wanted = await readBody(c, releaseBody);
    if (!wanted.keep_holding) courier.disorder = { ...courier.disorder, hold: [] };
    return c.json({ data: await release(scope, courier, wanted) });
  });
  app.post("/deliveries/drop", async (c) => {
    const { types, events } = await readBody(c, dropBody);
    const dropped = openDeliveries.all(scope).filter((each) =>
      matchesAny(types, each.type) && (events?.includes(each.event) ?? true)
    );
    for (const each of dropped) finish(scope, each, "dropped");
    engine.store.flush();
    return c.json({ dropped: dropped.length });
  });
  app.post("/deliveries/flush", async (c) => {
    await courier.flush();
    const open = openDeliveries.all(scope);
    return c.json({ open: open.length, data: open });
  });
  app.post("/events/:id/deliver", async (c) => {
    const { copies, parallel } = await readBody(c, deliverBody);
    const event = events.get(scope, c.req.param("id"));
    const made = webhookEndpoints.all(scope)
      .filter((endpoint) => endpoint.status === "enabled")
      .flatMap(({ id }) =>
        Array.from(
          { length: copies },
          () => courier.add(event, id, "held", `.${randomText(6)}`),
        )
      );
    return c.json({ data: await send(scope, courier, made, parallel) });
  });
  return app;
}

function hold(scope: Scope, types: string[]): void {
  for (const each of openDeliveries.all(scope)) {
    const waiting = each.state === "pending" && each.attempts === 0;
    if (waiting && matchesAny(types, each.type)) {
      openDeliveries.update(scope, each, { state: "held" });
    }
  }
}

async function release(scope: Scope, courier: Courier, wanted: Release): Promise<Delivery[]> {
  const held = openDeliveries.all(scope).filter((each) => each.state === "held");
  const ordered = arrange(held, wanted.order);
  const copied = ordered.flatMap((each) => {
    const event = events.get(scope, each.event);
    const more = Array.from(
      { length: wanted.copies - 1 },
      () => courier.add(event, each.endpoint, "held", `.${randomText(6)}`),
    );
    return [each, ...more];
  });
  return await send(scope, courier, copied, wanted.parallel);
}

/** Delivers held deliveries now, either one after the other or all at once. */
async function send(
  scope: Scope,
  courier: Courier,
  held: Delivery[],
  parallel: boolean,
): Promise<Delivery[]> {
  const one = async ({ id }: Delivery) => {
    const current = openDeliveries.find(scope, id);
    if (current) openDeliveries.update(scope, current, { state: "pending" });
    await courier.attempt(id);
  };
  if (parallel) await Promise.all(held.map(one));
  else for (const each of held) await one(each);
  return held.flatMap(({ id }) =>
    finishedDeliveries.find(scope, id) ?? openDeliveries.find(scope, id) ?? []
  );
}

function arrange(held: Delivery[], order: Release["order"]): Delivery[] {
  if (order === "created") return held;
  if (order === "reverse") return held.toReversed();
  if (order === "shuffle") {
    return held.map((each) => ({ each, rank: Math.random() }))
      .sort((a, b) => a.rank - b.rank).map(({ each }) => each);
  }
  const rank = (each: Delivery) => {
    const place = order.findIndex((name) => name === each.event || name === each.type);
    return place === -1 ? order.length : place;
  };
  return held.toSorted((a, b) => rank(a) - rank(b));
}

function matchesAny(patterns: string[], type: string): boolean {
  return patterns.some((pattern) => matchesType(pattern, type));
}
