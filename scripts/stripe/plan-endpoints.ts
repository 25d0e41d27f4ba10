/** Plans what `stripe:setup` does with each webhook endpoint. A correct endpoint is not changed. */
import type Stripe from "stripe";
import { asked } from "./explain-error.ts";
import {
  type Endpoint,
  endpointsFor,
  isRight,
  type Kind,
  paramsOf,
  problemsOf,
  type Wanted,
} from "./endpoints.ts";

/** The changes of existing endpoints that the user allows. */
export interface Allowed {
  readonly update: boolean;
  readonly replace: boolean;
}

export type Step =
  | { readonly does: "keep"; readonly wanted: Wanted; readonly endpoint: Endpoint }
  /**
   * Create a webhook endpoint. `replaces` is the old endpoint that the new one replaces, or null.
   * This step does not remove the old endpoint.
   */
  | { readonly does: "create"; readonly wanted: Wanted; readonly replaces: Endpoint | null }
  | { readonly does: "update"; readonly wanted: Wanted; readonly endpoint: Endpoint }
  /** Do nothing, because the user did not allow the correction of a wrong endpoint. */
  | { readonly does: "leave"; readonly wanted: Wanted; readonly endpoint: Endpoint };

function stepFor(wanted: Wanted, all: readonly Endpoint[], allowed: Allowed): Step {
  const [endpoint] = endpointsFor(wanted, all);
  if (endpoint === undefined) return { does: "create", wanted, replaces: null };
  const problems = problemsOf(endpoint, wanted);
  const needs = (cure: string) => problems.some((problem) => problem.cure === cure);
  if (needs("--replace")) {
    return allowed.replace
      ? { does: "create", wanted, replaces: endpoint }
      : { does: "leave", wanted, endpoint };
  }
  if (problems.length > 0 && allowed.update) return { does: "update", wanted, endpoint };
  return { does: isRight(endpoint, wanted) ? "keep" : "leave", wanted, endpoint };
}

export function planSteps(
  wanted: readonly Wanted[],
  all: readonly Endpoint[],
  allowed: Allowed,
): Step[] {
  return wanted.map((each) => stepFor(each, all, allowed));
}

export interface Done {
  readonly id: string;
  /** The signing secret if the endpoint is new. Stripe shows it only once. */
  readonly secret: string | null;
}

/** @throws SettingsError if Stripe refuses */
export async function carryOut(stripe: Stripe, step: Step): Promise<Done> {
  if (step.does === "create") {
    const { id, secret } = await asked(stripe.webhookEndpoints.create(paramsOf(step.wanted)));
    return { id, secret: secret ?? null };
  }
  const { endpoint, wanted } = step;
  if (step.does === "update") {
    const { enabled_events, description, metadata } = paramsOf(wanted);
    const changes = { enabled_events, description, metadata, disabled: false };
    await asked(stripe.webhookEndpoints.update(endpoint.id, changes));
  }
  return { id: endpoint.id, secret: null };
}

/**
 * Returns why an endpoint must not be removed, or null if it can be removed. It can be removed if
 * it delivers to the function and another endpoint of the same kind is correct.
 */
export function keepsOpen(id: string, wanted: readonly Wanted[], all: readonly Endpoint[]) {
  for (const each of wanted) {
    const found = endpointsFor(each, all);
    if (!found.some((endpoint) => endpoint.id === id)) continue;
    const others = found.filter((endpoint) => endpoint.id !== id && isRight(endpoint, each));
    return others.length > 0 ? null : `no other endpoint for ${nameOf(each.kind)} is right`;
  }
  return `it does not deliver to ${wanted[0]?.url}`;
}

export function nameOf(kind: Kind): string {
  return kind === "connect" ? "connected accounts" : "the account";
}
