import { deepEqual, ok, throws } from "node:assert/strict";
import { FIRST_HALF, ofHalf } from "./halves.ts";
import { suites } from "./suites.ts";

const namesOf = (half?: string) => ofHalf(suites, half).map(({ name }) => name);

Deno.test("the halves together have each suite once, and without CI_HALF a run has all", () => {
  const [first, second] = [namesOf("1"), namesOf("2")];
  ok(first.length > 0 && second.length > 0);
  deepEqual([...first, ...second].sort(), namesOf().sort());
  deepEqual(namesOf(""), suites.map(({ name }) => name));
  for (const name of FIRST_HALF) ok(first.includes(name), name);
});

Deno.test("another value of CI_HALF is refused", () => {
  for (const half of ["0", "3", "1/2", "first"]) throws(() => ofHalf(suites, half), /CI_HALF/);
});
