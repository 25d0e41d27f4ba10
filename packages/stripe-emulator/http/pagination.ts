import { z } from "zod";
import { integer, range, text } from "./params.ts";
import { type Route, route } from "./route.ts";
import type { Scope } from "../store/scope.ts";
import type { Collection } from "../store/collection.ts";
import type { Entity } from "../store/store.ts";

type Range = z.output<typeof range>;

/** The parameters that every list accepts. */
export const paging = {
  limit: integer.refine((value) => value >= 1 && value <= 100, "parameter_invalid_integer")
    .optional(),
  starting_after: text.optional(),
  ending_before: text.optional(),
};

interface Paging {
  limit?: number | undefined;
  starting_after?: string | undefined;
  ending_before?: string | undefined;
}

export interface List<T> {
  object: "list";
  data: T[];
  has_more: boolean;
  url: string;
}

/** Whether a time in seconds matches a `created` filter. */
function within(moment: number, bounds: Range | undefined): boolean {
  if (!bounds) return true;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity }: {
    gt?: number | undefined;
    gte?: number | undefined;
    lt?: number | undefined;
    lte?: number | undefined;
  } = bounds;
  return moment > gt && moment >= gte && moment < lt && moment <= lte;
}

/**
 * Returns one page of a list.
 * @param newestFirst all objects that match the filters
 * @param exists throws if the object that a cursor names does not exist
 */
export function paginate<T extends Entity>(
  newestFirst: T[],
  { limit = 10, starting_after, ending_before }: Paging,
  url: string,
  exists: (id: string, param: string) => void,
): List<T> {
  if (starting_after !== undefined) exists(starting_after, "starting_after");
  if (ending_before !== undefined) exists(ending_before, "ending_before");
  const at = (id: string) => newestFirst.findIndex((item) => item.id === id);
  if (ending_before !== undefined) {
    const end = Math.max(at(ending_before), 0);
    const start = Math.max(end - limit, 0);
    return { object: "list", data: newestFirst.slice(start, end), has_more: start > 0, url };
  }
  const start = starting_after === undefined ? 0 : at(starting_after) + 1;
  const data = newestFirst.slice(start, start + limit);
  return { object: "list", data, has_more: start + data.length < newestFirst.length, url };
}

/** Declares the route `GET url/:id` of a collection. */
export function retrieveRoute<T extends Entity>(url: string, items: Collection<T>): Route {
  return route("GET", `${url}/:id`, {}, (scope, _params, { id }) => items.get(scope, id));
}

/**
 * Declares the route `GET url` of a collection, newest first.
 * @param shape the filters; the parameters that every list accepts are added
 * @param matches whether an object matches the filters
 * @param show converts an object for the answer
 */
export function listRoute<T extends Entity & { created: number }, S extends z.ZodRawShape>(
  url: string,
  items: Collection<T>,
  shape: S,
  matches: (item: T, filters: z.output<z.ZodObject<S>>, scope: Scope) => boolean,
  show: (scope: Scope, item: T) => T = (_, item) => item,
): Route {
  const whole = { ...paging, created: range.optional(), ...shape };
  return route("GET", url, whole, (scope, params) => {
    const filters = params as Paging & { created?: Range } & z.output<z.ZodObject<S>>;
    const found = items.all(scope).reverse().filter((item) =>
      within(item.created, filters.created) && matches(item, filters, scope)
    );
    const page = paginate(found, filters, url, (id, param) => void items.get(scope, id, param));
    return { ...page, data: page.data.map((item) => show(scope, item)) };
  });
}
