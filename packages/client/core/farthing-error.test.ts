import { equal } from "node:assert/strict";
import { UnsettledError } from "../back-end/hold.ts";
import { FarthingError } from "./farthing-error.ts";

const facts = { code: "not_ready", message: "Later.", status: 503, retryable: true } as const;

Deno.test("an error of another copy of the package is a FarthingError, too", async () => {
  const path = new URL("./farthing-error.ts?copy", import.meta.url).href;
  const copy = await import(path) as typeof import("./farthing-error.ts");
  equal(copy.FarthingError === FarthingError, false);
  equal(new copy.FarthingError(facts) instanceof FarthingError, true);
  equal(new FarthingError(facts) instanceof copy.FarthingError, true);
});

Deno.test("only errors of the package are instances", () => {
  for (const value of [null, undefined, "text", {}, new Error("other"), { ...facts }]) {
    equal((value as unknown) instanceof FarthingError, false);
  }
  const error = new FarthingError(facts);
  equal(error instanceof Error, true);
  equal(error instanceof UnsettledError, false);
  const unsettled = new UnsettledError(facts, {} as never, { amount: "1" }, "value", error);
  equal(unsettled instanceof UnsettledError, true);
  equal(unsettled instanceof FarthingError, true);
  equal(JSON.stringify(error).includes("not_ready"), true);
});
