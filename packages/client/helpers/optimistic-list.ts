/**
 * A list that shows new items at once, under temporary ids, and replaces them with the service's
 * answers.
 */
import { newId } from "../core/new-id.ts";

/** Such as a job or an order: the service returns the temporary id that it received. */
interface Identified {
  readonly client_temp_id?: string | null;
}

export interface ListItem<Item> {
  readonly id: string;
  /** True until the service has answered. */
  readonly isPending: boolean;
  readonly item: Item;
}

export interface OptimisticList<Item> {
  /** The same array until something changes, so that React's `useSyncExternalStore` accepts it. */
  readonly items: readonly ListItem<Item>[];
  /** @returns a function that ends the subscription */
  subscribe(onChange: () => void): () => void;
  /**
   * Shows `draft` at once and calls `create` with its temporary id, which the request sends as
   * `client_temp_id`. The answer takes the draft's place; if `create` fails, the draft is removed
   * and the error thrown.
   */
  add(draft: Item, create: (clientTempId: string) => Promise<Item>): Promise<Item>;
  /** Replaces the list with what the service returned; drafts that are not in it stay. */
  replace(items: readonly Item[]): void;
}

/** @param idOf returns an item's canonical id, such as its `job_id` */
export function optimisticList<Item extends Identified>(
  idOf: (item: Item) => string,
  initial: readonly Item[] = [],
): OptimisticList<Item> {
  const canonical = (item: Item): ListItem<Item> => ({ id: idOf(item), isPending: false, item });
  const listeners = new Set<() => void>();
  let items: readonly ListItem<Item>[] = initial.map(canonical);
  const set = (next: readonly ListItem<Item>[]) => {
    items = next;
    for (const listener of listeners) listener();
  };
  /** Puts the answer in the draft's place; a list that was read meanwhile may contain both. */
  const settle = (tempId: string, answer: Item) => {
    const id = idOf(answer);
    const others = items.filter((one) => one.id !== id);
    const isListed = others.length < items.length;
    set(
      others.some((one) => one.id === tempId)
        ? others.map((one) => one.id === tempId ? canonical(answer) : one)
        : isListed
        ? items.map((one) => one.id === id ? canonical(answer) : one)
        : [canonical(answer), ...items],
    );
  };
  return {
    get items() {
      return items;
    },
    subscribe(onChange) {
      listeners.add(onChange);
      return () => listeners.delete(onChange);
    },
    async add(draft, create) {
      const tempId = newId();
      set([{ id: tempId, isPending: true, item: draft }, ...items]);
      try {
        const answer = await create(tempId);
        settle(tempId, answer);
        return answer;
      } catch (error) {
        set(items.filter((one) => one.id !== tempId));
        throw error;
      }
    },
    replace(next) {
      const known = new Set(next.map((item) => item.client_temp_id));
      const drafts = items.filter((one) => one.isPending && !known.has(one.id));
      set([...drafts, ...next.map(canonical)]);
    },
  };
}
