/** How long to wait before the next read of a state that the service changes by itself. */

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
  /** The time of the first read that had this `what`. */
  readonly since: number;
}

const SHORTEST_WAIT_MS = 2_000;
/**
 * A hold may last for a day, so a page must not read the balance every few seconds for that long.
 */
const LONGEST_WAIT_MS = 60_000;

/**
 * Returns a function for `refetchInterval`. While the data has an open hold or top-up, the function
 * returns how long to wait before the data is read again. Otherwise, and after an error, it returns
 * false. Each wait equals the time for which `openIn` has returned the same text, but is at least 2
 * and at most 60 seconds. So the waits double, up to a minute.
 * @param openIn returns a text that names what is open in the data, such as the held credits, or
 * null if nothing is open. The returned function passes its own second argument on to `openIn`.
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
