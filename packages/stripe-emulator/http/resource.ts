import type { Expander } from "./expand.ts";
import type { Route } from "./route.ts";
import type { Collection } from "../store/collection.ts";
import type { Entity } from "../store/store.ts";

/** One kind of object: its routes and its expandable fields. */
export interface Resource {
  /** Stripe's name of this kind of object, as in the field `object`. */
  object: string;
  routes: Route[];
  expands: Record<string, Expander>;
}

/** Expands a field that holds the id of an object in another collection. */
export function reference<T extends Entity>(field: string, target: () => Collection<T>): Expander {
  return (scope, owner) => {
    const id = owner[field];
    return typeof id === "string" ? target().find(scope, id) ?? id : id ?? null;
  };
}
