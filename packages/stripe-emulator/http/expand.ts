import { invalidRequest } from "../core/errors.ts";
import type { Scope } from "../store/scope.ts";

/**
 * Takes the object that has an expandable field. Returns the value that `expand` puts in that
 * field.
 */
export type Expander = (scope: Scope, owner: Record<string, unknown>) => unknown;

/** The expandable fields of each kind of object. The key is the value of the field `object`. */
export type Expanders = ReadonlyMap<string, Record<string, Expander>>;

/** The maximum number of levels in an `expand` path, as in Stripe. */
const MAX_DEPTH = 4;

/**
 * Replaces ids with the objects that they name, along paths such as
 * `data.payment_intent.latest_charge`. Changes `root`, which must be a copy and not a stored
 * object.
 */
export function expandAll(scope: Scope, root: object, paths: string[], known: Expanders): void {
  for (const path of paths) {
    const steps = path.split(".");
    if (path === "" || steps.length > MAX_DEPTH + 1) throw notExpandable(path);
    step(scope, root as Record<string, unknown>, steps, known, path);
  }
}

function step(
  scope: Scope,
  owner: Record<string, unknown>,
  [field = "", ...rest]: string[],
  known: Expanders,
  path: string,
): void {
  const inList = owner.object === "list" && field === "data";
  const expander = known.get(String(owner.object))?.[field];
  if (!inList && !expander && !isObject(owner[field])) throw notExpandable(path);
  if (expander && !isObject(owner[field])) owner[field] = structuredClone(expander(scope, owner));
  if (rest.length === 0) {
    if (!expander) throw notExpandable(path);
    return;
  }
  const next = owner[field];
  const items = Array.isArray(next) ? next : [next];
  for (const item of items) if (isObject(item)) step(scope, item, rest, known, path);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function notExpandable(path: string) {
  return invalidRequest(`This property cannot be expanded (${path}).`);
}
