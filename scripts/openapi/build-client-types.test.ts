import assert from "node:assert/strict";
import { ERRORS } from "../../supabase/functions/_shared/core/errors.ts";
import { buildClientTypes, buildErrorCodes } from "./build-client-types.ts";
import { buildDocument } from "./build-document.ts";

Deno.test("the client's union of codes is the registry", () => {
  const codes = [...buildErrorCodes().matchAll(/"(\w+)"/g)].map(([, code]) => code!);
  assert.deepEqual(codes, Object.keys(ERRORS).sort());
});

Deno.test("the client's types require no header and contain no errors", async () => {
  const types = await buildClientTypes(buildDocument());
  for (const absent of ["idempotency-key", "if-none-match", '["responses"]']) {
    assert(!types.includes(absent), absent);
  }
  assert.doesNotMatch(types, /^ +[45]\d\d: /m);
  assert.doesNotMatch(types, /^export type Error =/m);
  assert.match(types, /export type Balance =/);
});
