import { randomText } from "../core/ids.ts";
import { type Delivery, finishedDeliveries, openDeliveries } from "../resources/deliveries.ts";
import { events, matchesType } from "../resources/events.ts";
import type { Scope } from "../store/scope.ts";
import type { Courier } from "./courier.ts";

/** `created`, `reverse`, `shuffle`, or a list of event ids or types in the wanted order. */
export type Order = "created" | "reverse" | "shuffle" | string[];

export interface Release {
  readonly order: Order;
  readonly copies: number;
  /**
   * Whether all deliveries start at once. Otherwise each delivery starts when the previous one has
   * been answered.
   */
  readonly parallel: boolean;
}

/** Holds the deliveries of these event types, except those that were already attempted. */
export function holdPending(scope: Scope, types: string[]): void {
  for (const each of openDeliveries.all(scope)) {
    const waiting = each.state === "pending" && each.attempts === 0;
    if (waiting && matchesAny(types, each.type)) {
      openDeliveries.update(scope, each, { state: "held" });
    }
  }
}

/**
 * Releases all held deliveries in the wanted order, each with its copies. Returns the deliveries
 * when all of them have been sent.
 */
export async function release(
  scope: Scope,
  courier: Courier,
  wanted: Release,
): Promise<Delivery[]> {
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
  return await sendHeld(scope, courier, copied, wanted.parallel);
}

/** Delivers held deliveries now, either one after the other or all at once. */
export async function sendHeld(
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

function arrange(held: Delivery[], order: Order): Delivery[] {
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

export function matchesAny(patterns: string[], type: string): boolean {
  return patterns.some((pattern) => matchesType(pattern, type));
}
