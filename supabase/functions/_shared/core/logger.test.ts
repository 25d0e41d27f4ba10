import assert from "node:assert/strict";
import { withFakeTime } from "#support/fakes/time.ts";
import { consoleLogger, formatLine } from "./logger.ts";

const NOW = new Date("2026-11-21T04:12:09.113Z");

const written = (record: Parameters<typeof formatLine>[2]) =>
  JSON.parse(formatLine("error", "request", record, NOW));

Deno.test("tokens, keys, passwords in URLs and email addresses are removed from log text", () => {
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
  const { detail } = written({
    detail: `Bearer ${token} apikey ${secretKey} ${live} ${restricted} ${webhook} ` +
      `postgresql://postgres:${password}@db.example.com:6543/x Key (email)=(${email})`,
  });
  assert.equal(
    detail,
    "Bearer [SECRET] apikey [SECRET] [SECRET] [SECRET] [SECRET] " +
      "postgresql://[SECRET]@db.example.com:6543/x Key (email)=([EMAIL])",
  );
});

Deno.test("an undeclared field is free text", () => {
  const line = written({ field: "a@b.example", note: "card 4242 4242 4242 4242", tries: 3 });
  assert.deepEqual([line.field, line.note, line.tries], ["[EMAIL]", "card [CARD]", 3]);
});

Deno.test("ids, routes, codes and times are written unchanged", () => {
  const record = {
    request_id: "212-555-0100",
    trace_id: "42424242424242424242424242424242",
    method: "POST",
    route: "/credits/holds/{hold_id}/settle",
    caller: "user",
    code: "internal",
    fallback: "slow",
    origin: "http://127.0.0.1:5173",
    status: 500,
    duration_ms: 12.34,
  };
  const at = "2026-11-21T04:12:09.113Z";
  assert.deepEqual(written(record), { level: "error", at, message: "request", ...record });
});

Deno.test("writing a record does not change the caller's object", () => {
  const record = { detail: "a@b.example" };
  written(record);
  assert.equal(record.detail, "a@b.example");
});

Deno.test("a long text is cut below the platform's limit for a line", () => {
  assert.equal(written({ detail: "x".repeat(50_000) }).detail.length, 2_000);
});

Deno.test("a key at the cut of a text is redacted", () => {
  const key = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
  const { detail } = written({ detail: " ".repeat(1_990) + key });
  assert.doesNotMatch(detail, /eyJ/);
});

Deno.test("lines are written in batches, and an error at once after the waiting lines", async () => {
  const { log } = console;
  const calls: string[][] = [];
  Object.assign(console, {
    log: (text: string) => calls.push(text.split("\n").map((line) => JSON.parse(line).message)),
  });
  try {
    await withFakeTime(async ({ advance }) => {
      consoleLogger("info", "one");
      consoleLogger("warn", "two");
      assert.deepEqual(calls, []);
      consoleLogger("error", "three");
      assert.deepEqual(calls, [["one", "two", "three"]]);
      consoleLogger("info", "four");
      consoleLogger("info", "five");
      await advance(20);
    });
    assert.deepEqual(calls.slice(1), [["four", "five"]]);
  } finally {
    Object.assign(console, { log });
  }
});

/** A process that exits while a line waits to be written. */
const SCRIPT = `
  import { consoleLogger } from "${import.meta.resolve("./logger.ts")}";
  consoleLogger("info", "last");
  Deno.exit();
`;

Deno.test("a line that waits when the process exits is written", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--no-lock", SCRIPT],
    cwd: new URL("../..", import.meta.url),
  }).output();
  assert.equal(JSON.parse(new TextDecoder().decode(stdout)).message, "last");
});
