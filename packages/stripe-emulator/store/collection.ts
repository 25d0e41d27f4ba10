import { resourceMissing } from "../core/errors.ts";
import type { Entity, Store } from "./store.ts";

/** The only part of a scope that a collection needs. */
interface Holder {
  readonly store: Store;
}

/** A typed view of one table of the store. Objects are replaced, never changed in place. */
export interface Collection<T extends Entity> {
  readonly name: string;
  find(scope: Holder, id: string): T | undefined;
  /**
   * Returns the object with this id. If there is none, throws Stripe's `resource_missing`: with
   * status 404 if the id is in the path, with 400 if a parameter (`param`) names it.
   */
  get(scope: Holder, id: string, param?: string): T;
  put(scope: Holder, value: T): T;
  update(scope: Holder, value: T, changes: Partial<T>): T;
  remove(scope: Holder, id: string): void;
  /** Returns a copy of all objects in the order of their creation. */
  all(scope: Holder): T[];
  /** Iterates over all objects without copying them, for large tables. */
  values(scope: Holder): Iterable<T>;
}

export function collection<T extends Entity>(name: string): Collection<T> {
  const rows = (scope: Holder) => scope.store.table(name) as ReadonlyMap<string, T>;
  const put = (scope: Holder, value: T): T => scope.store.put(name, value);
  return {
    name,
    put,
    find: (scope, id) => rows(scope).get(id),
    get(scope, id, param) {
      const found = rows(scope).get(id);
      if (!found) throw resourceMissing(name, id, param);
      return found;
    },
    update: (scope, value, changes) => put(scope, { ...value, ...changes }),
    remove: (scope, id) => scope.store.remove(name, id),
    all: (scope) => [...rows(scope).values()],
    values: (scope) => rows(scope).values(),
  };
}
