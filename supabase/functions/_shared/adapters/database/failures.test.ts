import assert from "node:assert/strict";
import { ApiError, type ErrorCode } from "../../core/errors.ts";
import {
  CONNECTION_LOST,
  DatabaseFailure,
  TIMED_OUT,
  toApiError,
  unpackRaised,
} from "./failures.ts";

function coded(code: string, message = "text of the server"): ApiError {
  return toApiError("credits_debit", new DatabaseFailure({ code, message }));
}

Deno.test("an error raised by our functions keeps its code, message, field and details", () => {
  const raised = unpackRaised(
    "PGRST",
    JSON.stringify({
      code: "insufficient_credits",
      message: "Not enough credits are available. Buy credits, or send a smaller request.",
      details: '{"required":"50","available":"49.999999999999999999"}',
      hint: null,
    }),
  );
  const error = toApiError("credits_debit", new DatabaseFailure(raised));
  assert.equal(error.status, 402);
  assert.deepEqual(error.body, {
    type: "payment",
    code: "insufficient_credits",
    message: "Not enough credits are available. Buy credits, or send a smaller request.",
    retryable: false,
    details: { required: "50", available: "49.999999999999999999" },
  });
});

Deno.test("the field of an invalid request comes from the hint", () => {
  const parts = { code: "invalid_request", message: "Too small.", hint: "amount" };
  assert.equal(toApiError("f", new DatabaseFailure(parts)).body.field, "amount");
});

const CODES: readonly [string, ErrorCode][] = [
  ["40001", "upstream_unavailable"],
  ["40P01", "upstream_unavailable"],
  ["55P03", "upstream_unavailable"],
  ["57P01", "upstream_unavailable"],
  ["57P03", "upstream_unavailable"],
  ["08006", "upstream_unavailable"],
  ["53300", "upstream_unavailable"],
  ["PGRST001", "upstream_unavailable"],
  [CONNECTION_LOST, "upstream_unavailable"],
  ["57014", "request_timeout"],
  [TIMED_OUT, "request_timeout"],
  ["22003", "invalid_request"],
  ["22P05", "invalid_request"],
  ["23505", "internal"],
  ["42883", "internal"],
  ["PGRST202", "internal"],
  ["XX000", "internal"],
  ["HTTP 418", "internal"],
];

for (const [sqlstate, code] of CODES) {
  Deno.test(`${sqlstate} of the database is ${code} to the caller, who reads none of its text`, () => {
    const error = coded(sqlstate);
    assert.equal(error.code, code);
    assert(!error.body.message.includes("text of the server"));
    assert.match(error.internal ?? "", /credits_debit: .*text of the server/);
  });
}

Deno.test("a value that only the database refused is our bug, and says so to the log", () => {
  for (const code of ["22003", "22008", "22P02", "22P05"]) assert(coded(code).isOurBug, code);
  for (const code of ["40001", "55P03", "57014"]) assert(!coded(code).isOurBug, code);
});

Deno.test("a conflict or a restart of the database is answered with Retry-After", () => {
  for (const code of ["40001", "40P01", "55P03"]) {
    const { status, retryAfterSeconds, body } = coded(code);
    assert.deepEqual([status, retryAfterSeconds, body.retryable], [503, 1, true], code);
  }
  for (const code of ["57P01", "57P03", CONNECTION_LOST]) {
    assert.equal(coded(code).retryAfterSeconds, 1, code);
  }
  assert.equal(coded("57014").retryAfterSeconds, undefined);
});

Deno.test("a raised error that is no JSON is answered as `internal`", () => {
  const failure = new DatabaseFailure(unpackRaised("PGRST", "not json"));
  assert.equal(toApiError("f", failure).code, "internal");
});

Deno.test("any other thrown value is answered as `internal`", () => {
  assert.equal(toApiError("f", new TypeError("oops")).code, "internal");
});
