/** Reports of our own failures to Sentry, besides the log. */
import type { ApiError } from "../../core/errors.ts";
import type { RequestContext } from "../../core/request.ts";
import { type Env, modeOfKey } from "../../core/env.ts";

/** The part of a request that may leave the project: nothing of its body, its headers or its caller. */
export interface FailureContext {
  readonly context: RequestContext;
  /** Method and pattern, `POST /usage`; null where no route was found. */
  readonly title: string | null;
}

/** Reports a failure. Returns at once, and neither throws nor rejects. */
export type Report = (error: ApiError, about: FailureContext) => void;

/** Reports nothing: failures are only logged. */
export const NO_REPORT: Report = () => {};

/** Sentry's code is loaded on the first failure: most isolates never have one. */
export function reportFromEnv(
  env: Env,
  waitUntil: (work: Promise<unknown>) => void,
): Report {
  const { SENTRY_DSN: dsn, STRIPE_SECRET_KEY: key } = env;
  if (dsn === undefined) return NO_REPORT;
  const environment = env.STRIPE_MODE ?? (key === undefined ? "unknown" : modeOfKey(key));
  let loading: Promise<Report> | undefined;

  async function load(): Promise<Report> {
    const { createSentryReport } = await import("./sentry.ts");
    return createSentryReport({ dsn: dsn!, environment, waitUntil, now: () => new Date() });
  }

  return (error, about) => {
    const reporting = (loading ??= load()).then((report) => report(error, about));
    waitUntil(reporting.catch(() => {}));
  };
}
