/**
 * Counts requests and errors since the start of a stage, by the counters of `GET /health/metrics`:
 * a window of five minutes would count errors from before the stage, too.
 */
import type { Project } from "../command/project.ts";
import { ask, said } from "../shared/ask.ts";
import { isOfUsers } from "./users-routes.ts";

export interface Counted {
  readonly requests: number;
  readonly errors: number;
}

const LINE = /^farthing_requests_total\{route="([^"]*)",status="(\dxx)"\} (\d+)/gm;

/** Reads the counters of users' routes from the text for Prometheus. */
export function countersIn(text: string): Counted {
  const counted = { requests: 0, errors: 0 };
  for (const [, route, status, value] of text.matchAll(LINE)) {
    if (!isOfUsers(route!)) continue;
    counted.requests += Number(value);
    if (status === "5xx") counted.errors += Number(value);
  }
  return counted;
}

export async function readCounters(project: Project): Promise<Counted> {
  const reply = await ask(project, "health/metrics");
  if (reply.status !== 200) throw new Error(said(reply));
  return countersIn(reply.text);
}

/** The counters begin at 0 again if the project was restored, so a smaller number is a new start. */
export function since(before: Counted, now: Counted): Counted {
  if (now.requests < before.requests) return now;
  return { requests: now.requests - before.requests, errors: now.errors - before.errors };
}
