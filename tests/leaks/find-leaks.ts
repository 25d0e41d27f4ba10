/** Searches everything that a stack stores and logs for texts that must not be there. */
import { withSql } from "../support/project/database.ts";
import { get } from "../support/project/http.ts";
import { type Leak, leaksInDatabase, leaksInTexts, logsOf } from "../support/project/leaks.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

/** Texts that may be stored, each with the reason why. Every other text that is found is a leak. */
const MAY_STAY: { place: RegExp; found: RegExp; why: string }[] = [
  {
    place: /^auth\./,
    found: /@/,
    why: "Auth's own tables: people sign up with their addresses",
  },
  {
    place: /^farthing\.orders\.session_settings$/,
    found: /@/,
    why: "an order stores its buyer's address until Stripe has it, and in some tests Stripe fails",
  },
  {
    place: /^farthing\.ai_logs\.(prompt|response|structured)$/,
    found: /^Quorn/,
    why: "one of the two people agreed to full_redacted, and the redactor knows no names",
  },
];

export function leaked(leaks: readonly Leak[]): Leak[] {
  return leaks.filter(({ place, found }) =>
    !MAY_STAY.some((each) => each.place.test(place) && each.found.test(found))
  );
}

/** Waits until all log lines are written and all requests that wake a runner have been sent. */
async function allIsWritten(): Promise<void> {
  const id = crypto.randomUUID();
  await get(world, "health/live", {}, { "x-request-id": id });
  await until("the last line is in the log", async () => {
    return Object.values(await logsOf(world)).some((text) => text.includes(id)) || undefined;
  });
  await withSql(world, (sql) =>
    until("nothing waits to be sent", async () => {
      return (await sql`select from net.http_request_queue`).length === 0 || undefined;
    }));
}

export async function allLeaks(
  pattern: string,
  more: Record<string, string> = {},
): Promise<Leak[]> {
  await allIsWritten();
  return [
    ...await withSql(world, (sql) => leaksInDatabase(sql, pattern)),
    ...leaksInTexts({ ...await logsOf(world), ...more }, pattern),
  ];
}
