import assert from "node:assert/strict";
import { readOptions } from "./options.ts";

const REF = "abcdefghijklmnopqrst";

Deno.test("deploy asks a hosted project by its reference, at its own address", () => {
  const options = readOptions(["--", "--project", REF]);
  assert.deepEqual([options?.project, options?.database], [REF, REF]);
  assert.equal(options?.url, `https://${REF}.supabase.co`);
  assert.deepEqual([options?.isDryRun, options?.isConfirmed], [false, false]);
  assert.equal(readOptions(["--help"]), undefined);
});

Deno.test("deploy refuses what is no reference and no address, and says what to send", () => {
  assert.throws(() => readOptions([]), /--project takes/);
  assert.throws(() => readOptions(["--project", "My Project"]), /20 lowercase letters/);
  assert.throws(() => readOptions(["--project", REF, "--url", "example.com"]), /--url takes/);
});
