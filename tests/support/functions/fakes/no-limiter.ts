import type { Limiter } from "../../../../supabase/functions/_shared/limits/limiter.ts";

/**
 * A rate limiter that allows every request. It has its own file, because benchmarks use it without the
 * other fakes.
 */
export const NO_LIMITER: Limiter = { check: () => Promise.resolve({ headers: [] }) };
