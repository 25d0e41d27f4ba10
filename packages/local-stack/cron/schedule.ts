/**
 * Decides when a pg_cron schedule is due. A schedule is five fields in UTC, "N seconds", or a name
 * such as "@hourly".
 */
import { Cron } from "croner";

const SECONDS = /^\s*(\d+)\s+seconds?\s*$/i;

/** Returns the period of an interval schedule in milliseconds, or undefined for a cron line. */
export function intervalMs(schedule: string): number | undefined {
  const count = Number(SECONDS.exec(schedule)?.[1]);
  return count >= 1 && count <= 59 ? count * 1000 : undefined;
}

/**
 * Returns the schedule in the cron library's syntax: pg_cron writes the last day of the month as
 * `$`, the library as `L`. Returns an empty string for @reboot, which is never due here.
 */
function line(schedule: string): string {
  const trimmed = schedule.trim();
  return trimmed.toLowerCase() === "@reboot" ? "" : trimmed.replaceAll("$", "L");
}

/**
 * Returns whether a job is due at `now`. For a cron line, `since` is the time of the last check;
 * for an interval, it is the last start of the job. A cron line is due at most once between `since`
 * and `now`, even if more than one of its scheduled times is in this period.
 * @throws when the schedule is invalid
 */
export function isDue(schedule: string, since: Date, now: Date): boolean {
  const interval = intervalMs(schedule);
  if (interval !== undefined) return now.getTime() - since.getTime() >= interval;
  const pattern = line(schedule);
  if (pattern === "") return false;
  const next = new Cron(pattern, { timezone: "UTC", mode: "5-part" }).nextRun(since);
  return next !== null && next.getTime() <= now.getTime();
}
