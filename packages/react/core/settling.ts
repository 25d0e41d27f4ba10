/** When to read something again that the service will settle by itself. */

/** The part of a query of TanStack that is used here. */
interface SettlingQuery<Data> {
  readonly state: {
    readonly data: Data | undefined;
    readonly dataUpdatedAt: number;
    readonly error: unknown;
  };
}

interface Open {
  readonly what: string;
  /** When it was read first. */
  readonly since: number;
}

const SHORTEST_WAIT_MS = 2_000;
/** A hold may live for a day, so a page must not ask for it every few seconds. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Returns a function for `refetchInterval`: the wait before the next reading while something is
 * open, and otherwise false. Each wait is as long as the same thing has been open, so the readings
 * get rare.
 * @param openIn names what is open in the data, such as the held credits; null if nothing is. It
 *   also gets what the caller of the returned function knows.
 */
export function whileOpen<Data, Known = unknown>(
  openIn: (data: Data, known?: Known) => string | null,
): (query: SettlingQuery<Data>, known?: Known) => number | false {
  const opened = new WeakMap<object, Open>();
  return (query, known) => {
    const { data, dataUpdatedAt, error } = query.state;
    const what = data === undefined || error !== null ? null : openIn(data, known);
    if (what === null) {
      opened.delete(query);
      return false;
    }
    let open = opened.get(query);
    if (open?.what !== what) {
      open = { what, since: dataUpdatedAt };
      opened.set(query, open);
    }
    return Math.min(Math.max(dataUpdatedAt - open.since, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
  };
}
