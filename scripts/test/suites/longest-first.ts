/** The order in which the files of `http`, `faults` and `golive` start. */

/** Files that take more than 15 s, in the order of their duration, the longest first. */
export const LONGEST = [
  "tests/browser/api-page.test.ts",
  "tests/browser/another-origin/journey.test.ts",
  "tests/browser/another-origin/preflights.test.ts",
  "tests/browser/another-origin/snippets.test.ts",
  "tests/limits/redis-unavailable.test.ts",
  "tests/webhooks/orders-of-delivery.test.ts",
  "tests/webhooks/races/events.test.ts",
  "tests/input/bad-fields.test.ts",
  "tests/chats/races/requests.test.ts",
  "tests/browser/another-origin/tutorial.test.ts",
  "tests/docs/recipes.test.ts",
  "tests/scenarios/scenarios.test.ts",
  "tests/database/transports.test.ts",
  "tests/limits/redis-bursts.test.ts",
  "tests/chats/leaving/callers.test.ts",
  "tests/chats/openai/retries.test.ts",
  "tests/jobs/races/requests.test.ts",
  "tests/health/figures-agree-with-log.test.ts",
  "tests/browser/emails.test.ts",

  "tests/alerts/alerts.test.ts",
  "tests/chats/faults/provider-stops.test.ts",
  "tests/faults/matrix/stripe.test.ts",
  "tests/payment-runner/faults.test.ts",
  "tests/faults/matrix/redis.test.ts",
  "tests/faults/matrix/mail-ai-database-auth.test.ts",
  "tests/jobs/faults/runner-killed.test.ts",
  "tests/checkout/faults/database-killed.test.ts",
  "tests/faults/database-restart.test.ts",
  "tests/faults/hanging-stripe.test.ts",

  "tests/golive/first-dollar-fails.test.ts",
  "tests/golive/canary-gates.test.ts",
  "tests/golive/rollback-broken.test.ts",
  "tests/golive/canary-flag.test.ts",
  "tests/golive/canary.test.ts",
  "tests/golive/rollback.test.ts",
  "tests/golive/webhook.test.ts",
  "tests/golive/full.test.ts",
];

/**
 * Sorts files for processes that each take `atOnce` files at a time. As long as there are long
 * files, each process gets one of them first and then short ones. If a long file started late, its
 * process would still run it while the other processes had nothing to do.
 */
export function longestFirst(files: readonly string[], atOnce: number): string[] {
  const long = LONGEST.filter((file) => files.includes(file));
  const short = files.filter((file) => !long.includes(file));
  const groups = long.flatMap((file) => [file, ...short.splice(0, atOnce - 1)]);
  return [...groups, ...short];
}
