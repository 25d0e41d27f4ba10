import type { Env } from "../../core/env.ts";
import { modeOfKey } from "../../core/stripe-variables.ts";
import { NO_REPORT, type Report } from "./report-type.ts";

/**
 * Makes, from the environment, the function that reports failures. Sentry's code is loaded on the
 * first failure, because most isolates never have one.
 */
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
