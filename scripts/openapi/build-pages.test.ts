import assert from "node:assert/strict";
import { buildDocument } from "./build-document.ts";
import { buildErrorsPage } from "./build-errors-page.ts";
import { ERRORS } from "../../supabase/functions/_shared/core/errors.ts";
import { buildRoutesPage } from "./build-routes-page.ts";

Deno.test("the page of errors names each code once", () => {
  const codes = [...buildErrorsPage().matchAll(/^\| \d{3} \| \w+ \| `(\w+)`/gm)]
    .map(([, code]) => code!);
  assert.deepEqual([...codes].sort(), Object.keys(ERRORS).sort());
});

Deno.test("the page of routes lists callers and idempotency", () => {
  const page = buildRoutesPage(buildDocument());
  assert.match(
    page,
    /^\| POST \| `\/usage` \| secret \| yes \| Charge one use of a model \|$/m,
  );
  assert.match(page, /^\| GET \| `\/credits` \| user, operator \| no \| /m);
});
