import assert from "node:assert/strict";
import { filesNamed } from "./suite.ts";

const FILES = [
  "supabase/tests/inbox/inbox.test.sql",
  "supabase/functions/_shared/ai/progress.test.ts",
  "supabase/functions/_shared/mail/smtp.test.ts",
  "tests/refunds/races.test.ts",
  "tests/refunds/refunds.test.ts",
];

const named = (...words: string[]) => filesNamed(words, FILES).map((file) => FILES.indexOf(file));

Deno.test("filesNamed finds a word where a word of the path begins, and nowhere within one", () => {
  assert.deepEqual(named("inbox"), [0]);
  assert.deepEqual(named("inbox/inbox"), [0]);
  assert.deepEqual(named("ai"), [1]);
  assert.deepEqual(named("box"), []);
});

Deno.test("filesNamed accepts a path, a folder and several words", () => {
  assert.deepEqual(named("refunds/races"), [3]);
  assert.deepEqual(named("tests/refunds/"), [3, 4]);
  assert.deepEqual(named("refunds"), [3, 4]);
  assert.deepEqual(named("tests/refunds/races.test.ts", "mail"), [2, 3]);
  assert.deepEqual(named("refunds/races.test+ts"), []);
});

Deno.test("filesNamed without a word returns all files", () => {
  assert.deepEqual(named(), [0, 1, 2, 3, 4]);
});
