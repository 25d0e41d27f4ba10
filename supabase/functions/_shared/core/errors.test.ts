import assert from "node:assert/strict";
import { ApiError, ERRORS, isErrorCode } from "./errors.ts";

/** The statuses, types and codes that the HTTP contract promises. */
const CONTRACT: readonly [number, string, readonly string[]][] = [
  [400, "validation", [
    "invalid_request",
    "missing_idempotency_key",
    "signature_invalid",
    "mode_mismatch",
  ]],
  [401, "auth", ["unauthenticated", "token_expired"]],
  [403, "auth", ["forbidden", "grant_not_allowed", "mfa_required", "feature_disabled"]],
  [402, "payment", ["insufficient_credits", "spend_cap_reached"]],
  [404, "not_found", ["not_found"]],
  [408, "timeout", ["request_timeout"]],
  [409, "conflict", [
    "idempotency_in_progress",
    "hold_not_open",
    "grant_not_pending",
    "notification_not_dead",
    "reference_conflict",
    "version_conflict",
    "welcome_not_refused",
    "job_not_cancellable",
    "booking_not_cancellable",
    "already_refunded",
    "usage_conflict",
  ]],
  [413, "validation", ["payload_too_large"]],
  [422, "validation", [
    "idempotency_key_reused",
    "overdraft_exceeded",
    "unknown_model",
    "unknown_package",
    "refund_too_large",
  ]],
  [429, "rate_limit", ["rate_limited", "velocity_exceeded"]],
  [500, "server", ["internal"]],
  [503, "server", ["upstream_unavailable", "not_ready"]],
];

Deno.test("the registry holds the contract's codes and no others", () => {
  const contract = CONTRACT.flatMap(([status, type, codes]) =>
    codes.map((code) => [code, { status, type }] as const)
  );
  const registry = Object.entries(ERRORS).map(([code, { status, type }]) =>
    [code, { status, type }] as const
  );
  assert.deepEqual(Object.fromEntries(registry), Object.fromEntries(contract));
});

Deno.test("the registry marks exactly the retryable codes as retryable", () => {
  const retryable = Object.entries(ERRORS).filter(([, error]) => error.retryable);
  assert.deepEqual(retryable.map(([code]) => code).sort(), [
    "idempotency_in_progress",
    "internal",
    "not_ready",
    "rate_limited",
    "request_timeout",
    "upstream_unavailable",
    "velocity_exceeded",
  ]);
});

Deno.test("a 5xx shows its fixed sentence and no other message", () => {
  const message = "password authentication failed for user postgres";
  assert(!new ApiError("internal", { message }).body.message.includes("password"));
  assert.equal(
    new ApiError("not_found", { message: "No such hold." }).body.message,
    "No such hold.",
  );
});

Deno.test("isErrorCode accepts only codes of the registry", () => {
  assert(isErrorCode("not_found"));
  for (const code of ["toString", "__proto__", "", 404, null, "40001"]) assert(!isErrorCode(code));
});
