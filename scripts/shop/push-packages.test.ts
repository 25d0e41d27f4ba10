import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { readPackagesFile } from "./packages-file.ts";
import { type PushOptions, pushPackages, PushRefused } from "./push-packages.ts";
import { type Changed, type PackagesRequest, SettingsApiError } from "../project/settings-api.ts";

const packages = readPackagesFile(`{"packages": [{"slug": "mini", "name": "Mini", "credits": "10",
  "prices": [{"currency": "usd", "amount": 1}]}]}`);

const price = { field: "price_usd", from: "999", to: "1099" };
const change = (more: Partial<Changed["changes"][number]>) => ({
  name: "starter",
  change: "changed" as const,
  version: 2,
  fields: [price],
  ...more,
});
const CHANGED = [change({}), change({ name: "mini", change: "added", version: 1, fields: [] })];
const RETIRED = change({
  name: "pro",
  change: "retired",
  fields: [{ field: "active", from: "true", to: "false" }],
});

/** Runs a command against a stub of the project, which answers with these changes. */
async function run(
  push: PushOptions["push"],
  changes: Changed["changes"],
  write: () => Promise<void> = () => Promise.resolve(),
) {
  const requests: PackagesRequest[] = [];
  const said: string[] = [];
  const api = {
    readPackages: () => Promise.resolve({ version: "7", packages: [], scheduled: [], history: [] }),
    setPackages: async (request: PackagesRequest) => {
      requests.push(request);
      if (!request.dry_run) await write();
      return { version: "7", dry_run: request.dry_run, changes, unchanged: 3 };
    },
  };
  const outcome = await pushPackages(
    { packages, push },
    api,
    (text = "") => said.push(stripVTControlCharacters(text)),
  ).catch((error: unknown) => error);
  return { requests, said: said.join("\n"), outcome };
}

Deno.test("a diff shows each field of each change and writes nothing", async () => {
  const { said, requests } = await run(null, [...CHANGED, RETIRED]);
  assert.deepEqual(requests, [{ packages, version: "7", dry_run: true }]);
  assert.match(said, /\+ 1 added +~ 1 changed +- 1 retired += 3 unchanged/);
  assert.match(said, /~ starter +2 +price_usd +999 +→ +1099/);
  assert.match(said, /- pro +2 +active +true +→ +false/);
  assert.match(said, /Nothing is written/);
});

Deno.test("a push shows the changes and writes them for the version that it has shown", async () => {
  const { said, requests } = await run({ reason: "autumn", retire: false }, CHANGED);
  assert.deepEqual(requests[1], { packages, version: "7", reason: "autumn", dry_run: false });
  assert.match(said, /Written: 2 packages/);
});

Deno.test("a push retires packages only with --retire", async () => {
  const refused = await run({ reason: "autumn", retire: false }, [RETIRED]);
  assert.ok(refused.outcome instanceof PushRefused);
  assert.match(refused.outcome.message, /lacks pro/);
  assert.deepEqual(refused.requests.map(({ dry_run }) => dry_run), [true]);
  const allowed = await run({ reason: "autumn", retire: true }, [RETIRED]);
  assert.deepEqual(allowed.requests.map(({ dry_run }) => dry_run), [true, false]);
});

Deno.test("a push without a change writes nothing", async () => {
  const { said, requests } = await run({ reason: "autumn", retire: true }, []);
  assert.deepEqual(requests.map(({ dry_run }) => dry_run), [true]);
  assert.match(said, /Nothing to do\./);
});

Deno.test("a push whose write is refused fails and does not say that it has written", async () => {
  const refusal = new SettingsApiError("refused");
  const push = { reason: "autumn", retire: true };
  const { said, outcome } = await run(push, CHANGED, () => Promise.reject(refusal));
  assert.equal(outcome, refusal);
  assert.doesNotMatch(said, /Written/);
});
