import { resourceMissing } from "../http/errors.ts";
import type { Scope } from "../scope.ts";
import type { Entity } from "./store.ts";

/** A typed view of one table of the store. Objects are replaced, never changed in place. */
export interface Collection<T extends Entity> {
  readonly name: string;
  find(scope: Scope, id: string): T | undefined;
  /**
   * The object, or Stripe's `resource_missing`: status 404 when the id stands in the path,
   * 400 when a parameter (`param`) names it.
   */
  get(scope: Scope, id: string, param?: string): T;
  put(scope: Scope, value: T): T;
  update(scope: Scope, value: T, changes: Partial<T>): T;
  remove(scope: Scope, id: string): void;
  /** In order of creation. */
  all(scope: Scope): T[];
  /** The same without a copy, for looking through very many. */
  values(scope: Scope): Iterable<T>;
}

export function collection<T extends Entity>(name: string): Collection<T> {
  const rows = (scope: Scope) => scope.store.table(name) as ReadonlyMap<string, T>;
  const put = (scope: Scope, value: T): T => {
    scope.store.put(name, value);
    return value;
  };
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
