import type { Limiter } from "../../../../supabase/functions/_shared/limits/limiter.ts";

/** Lets everything pass: for tests and benchmarks of other things. */
export const NO_LIMITER: Limiter = { check: () => Promise.resolve({ headers: [] }) };
