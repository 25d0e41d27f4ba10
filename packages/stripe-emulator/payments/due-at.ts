import type { Scope } from "../scope.ts";

/** When something delayed ends by itself, in seconds since 1970, or null: only by control. */
export function dueAt(scope: Scope): number | null {
  const { delayedPaymentMs } = scope.settings;
  if (delayedPaymentMs === undefined) return null;
  return (scope.now().getTime() + delayedPaymentMs) / 1000;
}
