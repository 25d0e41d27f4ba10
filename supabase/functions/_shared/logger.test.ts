import assert from "node:assert/strict";
import { redact } from "./logger.ts";

Deno.test("tokens, keys, passwords in URLs and e-mail addresses are taken out of log text", () => {
  const secrets = [
    "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "sb_secret_Ab-12_3",
    "sk_live_51Habc",
    "rk_test_51Habc",
    "whsec_abcdef",
    "hunter2",
    "someone.else+tag@example.co.uk",
  ];
  const [token, secretKey, live, restricted, webhook, password, email] = secrets;
  const text = redact(
    `Bearer ${token} apikey ${secretKey} ${live} ${restricted} ${webhook} ` +
      `postgresql://postgres:${password}@db.example.com:6543/x Key (email)=(${email})`,
  );
  for (const secret of secrets) assert(!text.includes(secret), `${secret} is still in: ${text}`);
  assert.match(text, /^Bearer \[token\] apikey \[sb_secret\] \[sk_live\]/);
});

Deno.test("a long text is cut below the platform's limit for a line", () => {
  assert(redact("x".repeat(50_000)).length <= 2_000);
});
