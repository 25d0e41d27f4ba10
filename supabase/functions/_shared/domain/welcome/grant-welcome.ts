/** Grants the welcome credits of users who have just confirmed their email addresses. */
import { hasTime } from "../../core/isolate.ts";
import type { Services } from "../../http/route/app-services.ts";

const AT_ONCE = 50;

/**
 * Runs until a batch grants credits to fewer than `AT_ONCE` users, or `untilMs` (milliseconds since
 * 1970) has passed. Returns the number of grants.
 */
export async function grantWelcomeCredits(services: Services, untilMs: number): Promise<number> {
  let all = 0;
  while (hasTime(services, untilMs)) {
    const { granted } = await services.database.rpc("welcome_run", { p_limit: AT_ONCE });
    all += granted;
    if (granted < AT_ONCE) break;
  }
  return all;
}
