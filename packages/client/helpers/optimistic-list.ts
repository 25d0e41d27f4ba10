/**
 * A list that shows a new item immediately, with a temporary id, and later replaces it by the
 * service's answer.
 */
import { newId } from "../core/new-id.ts";

/**
 * An item such as a job or an order. The service returns the temporary id that the request
 * contained.
 */
interface Identified {
  readonly client_temp_id?: string | null;
}

export interface ListItem<Item> {
  readonly id: string;
  /** Whether the item still waits for the service's answer. */
  readonly isPending: boolean;
  readonly item: Item;
}

export interface OptimisticList<Item> {
  /**
   * The items. The array is the same object until something changes, as React's
   * `useSyncExternalStore` requires.
   */
  readonly items: readonly ListItem<Item>[];
  /** @returns a function that ends the subscription */
  subscribe(onChange: () => void): () => void;
  /**
   * Shows `draft` immediately, and calls `create` with the draft's temporary id, which the request
   * must send as `client_temp_id`. The answer replaces the draft. If `create` fails, the draft is
   * removed and the error is thrown.
   */
  add(draft: Item, create: (clientTempId: string) => Promise<Item>): Promise<Item>;
  /**
   * Reads the list with `read`, and shows the items that `read` returns. Any other item stays in
   * the list only if it is a draft, or was added while the list was being read. The result of
   * `read` is ignored if the result of a later `refresh` is already shown.
   */
  refresh(read: () => Promise<readonly Item[]>): Promise<void>;
}

/** @param idOf returns the id that the service gave an item, such as its `job_id` */
export function optimisticList<Item extends Identified>(
  idOf: (item: Item) => string,
  initial: readonly Item[] = [],
): OptimisticList<Item> {
  const canonical = (item: Item): ListItem<Item> => ({ id: idOf(item), isPending: false, item });
  const listeners = new Set<() => void>();
  /** The number of calls of `refresh` so far. */
  let readings = 0;
  /** The number of the `refresh` whose result is shown: 1 for the first; 0 if there is none. */
  let shown = 0;
  /** The id of each item that `add` has created, with the value of `readings` at that time. */
  const added = new Map<string, number>();
  let items: readonly ListItem<Item>[] = initial.map(canonical);
  const set = (next: readonly ListItem<Item>[]) => {
    items = next;
    for (const listener of listeners) listener();
  };
  /**
   * Replaces the draft by the service's item. If the list was read in the meantime, it may already
   * contain this item beside the draft.
   */
  const settle = (tempId: string, answer: Item) => {
    const id = idOf(answer);
    added.set(id, readings);
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
    async refresh(read) {
      const reading = ++readings;
      const next = (await read()).map(canonical);
      if (reading < shown) return;
      shown = reading;
      const known = new Set(next.flatMap(({ id, item }) => [id, item.client_temp_id]));
      const isLater = (id: string) => (added.get(id) ?? -1) >= reading;
      const kept = items.filter((one) => !known.has(one.id) && (one.isPending || isLater(one.id)));
      set([...kept, ...next]);
    },
  };
}
