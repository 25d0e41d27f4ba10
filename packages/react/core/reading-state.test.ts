import { deepEqual, equal } from "node:assert/strict";
import { FarthingError } from "@farthing/client";
import { errorOrNull, farthingErrorOf } from "./reading-state.ts";

Deno.test("an error of the client stays the same object", () => {
  const facts = {
    code: "not_found",
    message: "Not found.",
    status: 404,
    retryable: false,
  } as const;
  const error = new FarthingError(facts);
  equal(farthingErrorOf(error), error);
  equal(errorOrNull(error), error);
  equal(errorOrNull(null), null);
});

Deno.test("an error of the app's own code becomes one FarthingError", () => {
  const own = new TypeError("fetch is not ours");
  const error = farthingErrorOf(own);
  deepEqual(
    [error.code, error.message, error.status, error.cause],
    ["unexpected_error", "fetch is not ours", 0, own],
  );
  equal(farthingErrorOf(own), error);
});
