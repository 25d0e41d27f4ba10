import type { Limiter } from "../../../../supabase/functions/_shared/limits/limiter.ts";

/** Allows everything. A file of its own: benchmarks use it, too, without the rest of the fakes. */
export const NO_LIMITER: Limiter = { check: () => Promise.resolve({ headers: [] }) };
