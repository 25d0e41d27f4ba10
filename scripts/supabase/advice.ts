/** Reads what the CLI's `db advisors` and `db lint` print. */
import { z } from "zod";

/**
 * Returns the JSON list that follows a command's other output; empty if the command printed no
 * list.
 */
export function listIn<T extends z.ZodType>(said: string, item: T): z.output<T>[] {
  const start = said.search(/^\[/m);
  return start < 0 ? [] : z.array(item).parse(JSON.parse(said.slice(start)));
}

/**
 * The beginning of the one finding that is accepted. PostgreSQL allows no `search_path` on a
 * procedure that commits. This procedure does not need one, because it writes all names with their
 * schema.
 */
const COMMITS = "Function `farthing.run_due_tasks` has a role mutable search_path";

const advice = z.object({ name: z.string(), level: z.string(), detail: z.string() });

export type Advice = z.output<typeof advice>;

/** Returns the findings of `db advisors`, except the accepted finding. */
export function adviceIn(said: string): Advice[] {
  return listIn(said, advice).filter(({ detail }) => !detail.startsWith(COMMITS));
}
