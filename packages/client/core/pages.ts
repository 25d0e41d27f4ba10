/** The pages of a list. */

/** One page of a list. */
export interface Page<Item> {
  readonly items: Item[];
  /** The value to send as `cursor` to read the next page; null on the last page. */
  readonly nextCursor: string | null;
}

/** Iterates over all items of a list. Reads each page only when it is needed. */
export async function* eachItem<Item>(
  read: (cursor: string | null) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await read(cursor);
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== null);
}
