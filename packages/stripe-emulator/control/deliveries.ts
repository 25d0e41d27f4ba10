import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "./request.ts";
import { randomText } from "../core/ids.ts";
import { FailingEvents } from "../deliveries/disorder.ts";
import { holdPending, matchesAny, release, sendHeld } from "../deliveries/held-deliveries.ts";
import type { Engine } from "../engine/engine.ts";
import { finish, finishedDeliveries, openDeliveries } from "../resources/deliveries.ts";
import { events, matchesType } from "../resources/events.ts";
import { webhookEndpoints } from "../resources/webhook-endpoints.ts";

const types = z.array(z.string()).min(1).default(["*"]);
const copies = z.int().min(1).max(100).default(1);

const holdBody = z.strictObject({ types });
const copiesBody = z.strictObject({ copies });
const failBody = z.strictObject({
  types,
  /** The percentage of events whose deliveries fail. */
  percent: z.int().min(0).max(100).default(100),
  status: z.int().min(300).max(599).default(503),
});
/** If `livemode` is not given, each event is delivered with its own `livemode`. */
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
   * Whether all deliveries start at once. Otherwise each delivery starts when the previous one has
   * been answered.
   */
  parallel: z.boolean().default(false),
  keep_holding: z.boolean().default(false),
});
const deliverBody = z.strictObject({ copies, parallel: z.boolean().default(false) });

/**
 * Requests under `/_emulator` that list webhook deliveries, hold them, release them in any order,
 * copy, drop or repeat them, or make them fail.
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
    holdPending(scope, types);
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
    return c.json({ data: await sendHeld(scope, courier, made, parallel) });
  });
  return app;
}
