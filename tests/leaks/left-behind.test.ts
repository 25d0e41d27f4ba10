/**
 * Runs after all other tests of a stack. No test may have left personal data, tokens or keys in the
 * database or in a log.
 */
import { deepEqual } from "node:assert/strict";
import { readWorld } from "../support/project/world.ts";
import { allLeaks, leaked } from "./find-leaks.ts";

const world = readWorld();

// Email addresses of users, users' tokens, and keys of any service.
const SHAPES = [
  "test-[0-9a-f-]{36}@example\\.com",
  "eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{20,}",
  "(?:sk|rk)_(?:test|live)_[A-Za-z0-9]{8,}",
  "sk-(?:proj|local|ant)-[A-Za-z0-9_-]{16,}",
  // If a payment's id ends in `sb`, its client secret, `pi_…sb_secret_…`, looks like a secret key.
  // The lookbehind excludes this case.
  "(?<!(?:pi|seti)_[A-Za-z0-9]{8,40})sb_secret_[A-Za-z0-9_-]{8,}",
  "whsec_[A-Za-z0-9+/=_-]{8,}",
  // The IP addresses of callers. The tests in tests/fraud call from addresses of 127.0.0.0/8.
  // 127.0.0.1 is excluded, because it is not personal data.
  "127\\.(?!0\\.0\\.1)[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}",
];

Deno.test({
  name: "no test has left an address, a user's token or a key in the database or a log",
  ignore: world.dataDir === undefined,
  fn: async () => deepEqual(leaked(await allLeaks(SHAPES.join("|"))), []),
});
