/**
 * The error responses of Supabase's platform for an Edge Function that gave no answer: status,
 * code, message and header.
 */

type Why = EndReason | "slow";

const LIMIT = {
  status: 546,
  code: "WORKER_RESOURCE_LIMIT",
  message: "Function failed due to not having enough compute resources (please check logs)",
};
const SLOW = {
  status: 504,
  code: "IDLE_TIMEOUT",
  message: "Function did not respond in time (please check logs)",
};
const BOOT = {
  status: 503,
  code: "BOOT_ERROR",
  message: "Function failed to start (please check logs)",
};
const CRASH = {
  status: 500,
  code: "WORKER_ERROR",
  message: "Function exited due to an error (please check logs)",
};

const ANSWERS: Partial<Record<Why, typeof LIMIT>> = {
  cpu: LIMIT,
  memory: LIMIT,
  wall_clock: LIMIT,
  slow: SLOW,
  failed: BOOT,
};

export function refusal(why: Why): Response {
  const { status, code, message } = ANSWERS[why] ?? CRASH;
  return Response.json({ code, message }, { status, headers: { "sb-error-code": code } });
}

/** Why an isolate ended. `failed`: the function failed to load. `stopped`: the stack stopped. */
export const END_REASONS = [
  "cpu",
  "memory",
  "wall_clock",
  "early_drop",
  "crashed",
  "failed",
  "stopped",
] as const;

export type EndReason = typeof END_REASONS[number];
