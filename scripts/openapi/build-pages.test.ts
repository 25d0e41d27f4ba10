import assert from "node:assert/strict";
import { buildDocument } from "./build-document.ts";
import { buildErrorsPage, RESERVED } from "./build-errors-page.ts";
import { buildRoutesPage } from "./build-routes-page.ts";

const SUPABASE = new URL("../../supabase/", import.meta.url);

/** The text of what can raise an error: the functions without their tests, and the migrations. */
async function sources(folder: URL): Promise<string> {
  let text = "";
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) text += await sources(new URL(`${name}/`, folder));
    else if (/\.(sql|ts)$/.test(name) && !name.includes(".test.")) {
      text += await Deno.readTextFile(new URL(name, folder));
    }
  }
  return text;
}

Deno.test("a code that the page calls reserved is raised nowhere", async () => {
  const text = await sources(new URL("functions/", SUPABASE)) +
    await sources(new URL("migrations/", SUPABASE));
  const raised = new Set(
    [...text.matchAll(/(?:ApiError\(\s*"|farthing\.fail\(\s*')(\w+)/g)].map(([, code]) => code!),
  );
  assert(raised.has("insufficient_credits") && raised.has("mode_mismatch"));
  assert.deepEqual([...RESERVED].filter((code) => raised.has(code)), []);
});

Deno.test("the page of errors names each code once", () => {
  const codes = [...buildErrorsPage().matchAll(/^\| \d{3} \| \w+ \| `(\w+)`/gm)]
    .map(([, code]) => code!);
  assert.equal(new Set(codes).size, codes.length);
  assert.deepEqual([...RESERVED].filter((code) => !codes.includes(code)), []);
});

Deno.test("the page of routes says who may call and what needs a key", () => {
  const page = buildRoutesPage(buildDocument());
  assert.match(
    page,
    /^\| POST \| `\/usage` \| secret \| yes \| Charge one use of a model \|$/m,
  );
  assert.match(page, /^\| GET \| `\/credits` \| user, secret \| no \| /m);
});
