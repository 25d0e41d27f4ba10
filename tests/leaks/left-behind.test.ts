/** After all others, on each stack: what no test may leave behind, whatever it tested. */
import { deepEqual } from "node:assert/strict";
import { readWorld } from "../support/project/world.ts";
import { allLeaks, leaked } from "./search.ts";

const world = readWorld();

// Addresses of those who signed up, users' tokens, keys of any maker.
const SHAPES = [
  "test-[0-9a-f-]{36}@example\\.com",
  "eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{20,}",
  "(?:sk|rk)_(?:test|live)_[A-Za-z0-9]{8,}",
  "sk-(?:proj|local|ant)-[A-Za-z0-9_-]{16,}",
  // The id of a payment may end in sb, and what its page knows it by is pi_…sb_secret_….
  "(?<!(?:pi|seti)_[A-Za-z0-9]{8,40})sb_secret_[A-Za-z0-9_-]{8,}",
  "whsec_[A-Za-z0-9+/=_-]{8,}",
  // Where people called from: tests/fraud calls from all over 127.0.0.0/8, the machine's own apart.
  "127\\.(?!0\\.0\\.1)[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}",
];

Deno.test({
  name: "no test has left an address, a user's token or a key in the database or a log",
  ignore: world.dataDir === undefined,
  fn: async () => deepEqual(leaked(await allLeaks(SHAPES.join("|"))), []),
});
