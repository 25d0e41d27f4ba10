/**
 * Each request that docs/recipes/read-the-figures.md prints is answered, and each figure that the
 * page names exists.
 */
import { deepEqual, ok } from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { data, get } from "../support/project/http.ts";
import { signUpOperator } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const page = await Deno.readTextFile(
  new URL("../../docs/recipes/read-the-figures.md", import.meta.url),
);
const requests = new Set(
  [...page.matchAll(/^\|.*`GET \/(reports\/[^`]+)`/gm)].map(([, path]) => path!),
);
const figures = [...page.matchAll(/`GET \/reports\/kpis`: `([^`]+)`/g)]
  .flatMap(([, names]) => names!.split(", "));

const Answer = z.object({
  rows: z.array(z.unknown()),
  formulas: z.record(z.string(), z.string()),
});

Deno.test("each report of the page is answered as JSON and as CSV", async () => {
  const ops = await signUpOperator(world);
  ok(requests.size >= 10);
  for (const path of requests) {
    data(await get(world, path, ops.as), 200, Answer);
    const csv = await get(world, path, { ...ops.as, accept: "text/csv" });
    deepEqual(
      [csv.status, csv.headers.get("content-type")],
      [200, "text/csv; charset=utf-8"],
      path,
    );
  }
});

Deno.test("each key figure of the page has a formula", async () => {
  const ops = await signUpOperator(world);
  const { formulas } = data(await get(world, "reports/kpis", ops.as), 200, Answer);
  deepEqual(figures.filter((name) => formulas[name] === undefined), []);
});
