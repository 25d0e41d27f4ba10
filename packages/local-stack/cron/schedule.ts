/** When a pg_cron schedule is due: five fields, "N seconds", or a named form; in UTC. */
import { Cron } from "croner";

const SECONDS = /^\s*(\d+)\s+seconds?\s*$/i;

/** The period of an interval schedule in milliseconds, or undefined for a cron line. */
export function intervalMs(schedule: string): number | undefined {
  const count = Number(SECONDS.exec(schedule)?.[1]);
  return count >= 1 && count <= 59 ? count * 1000 : undefined;
}

/** pg_cron writes "the last day of the month" as `$`; cron libraries write `L`. */
function line(schedule: string): string {
  const trimmed = schedule.trim();
  return trimmed.toLowerCase() === "@reboot" ? "" : trimmed.replaceAll("$", "L");
}

/**
 * Whether a job is due at `now`, having been looked at up to `since`: interval schedules count
 * from the last start, cron lines fire once for each minute that was passed.
 * @throws when the schedule can't be read
 */
export function isDue(schedule: string, since: Date, now: Date): boolean {
  const interval = intervalMs(schedule);
  if (interval !== undefined) return now.getTime() - since.getTime() >= interval;
  const pattern = line(schedule);
  if (pattern === "") return false;
  const next = new Cron(pattern, { timezone: "UTC", mode: "5-part" }).nextRun(since);
  return next !== null && next.getTime() <= now.getTime();
}
