import assert from "node:assert/strict";
import { parseFlags } from "./flags.ts";
import { portsAt } from "../core/ports.ts";
import { PLANS } from "../isolates/limits.ts";
import { resolveOptions } from "../stack/options.ts";

const NAMES = ["ALERT_WEBHOOK_URL", "SENTRY_DSN"];

Deno.test("parseFlags reads every flag", () => {
  const flags = [
    "--offset",
    "20",
    "--live",
    "--data",
    "d",
    "--env-file=e",
    "--postgres",
    "system",
    "--no-jobs",
    "--no-redis",
    "--verbose",
    "--origin=http://localhost:8080/",
    "--origin",
    "https://app.example.com",
    "--set",
    "ALERT_WEBHOOK_URL=http://127.0.0.1:9000/?a=b",
    "--isolates",
    "paid,cpu-soft=150,wall=4000,without-boot",
    "--bundles",
    "b",
  ];
  assert.deepEqual(parseFlags(flags, NAMES), {
    offset: 20,
    live: true,
    dataDir: "d",
    envFile: "e",
    postgres: "system",
    runJobs: false,
    redis: false,
    verbose: true,
    origins: ["http://localhost:8080", "https://app.example.com"],
    environment: { ALERT_WEBHOOK_URL: "http://127.0.0.1:9000/?a=b" },
    isolates: { ...PLANS.paid, cpuSoftMs: 150, wallMs: 4_000, countsBoot: false },
    bundlesDir: "b",
  });
  assert.equal(parseFlags(["--help"], NAMES), undefined);
});

Deno.test("bundles run in isolates with the paid plan's limits by default", () => {
  assert.deepEqual(resolveOptions({ bundlesDir: "/b" }).isolates, PLANS.paid);
  assert.deepEqual(resolveOptions({ bundlesDir: "/b", isolates: PLANS.free }).isolates, PLANS.free);
  assert.equal(resolveOptions({}).isolates, undefined);
});

Deno.test("live mode has a data directory of its own, with its log", () => {
  const [test, live] = [resolveOptions({}), resolveOptions({ live: true })];
  assert.match(test.dataDir, /\/\.farthing\/data$/);
  assert.match(live.dataDir, /\/\.farthing\/data-live$/);
  assert.equal(live.logFile, `${live.dataDir}/functions.log`);
  assert.notEqual(live.logFile, test.logFile);
  assert.equal(resolveOptions({ live: true, dataDir: "/d" }).dataDir, "/d");
});

Deno.test("parseFlags names an unknown flag, or a flag with a wrong value", () => {
  assert.throws(() => parseFlags(["--ofset", "1"], NAMES), /--ofset[^]*Usage:/);
  assert.throws(() => parseFlags(["--offset", "-1"], NAMES), /--offset/);
  assert.throws(() => parseFlags(["--offset", "1e9"], NAMES), /--offset must be a whole number/);
  assert.throws(() => parseFlags(["--postgres", "mysql"], NAMES), /embedded or system/);
  for (const origin of ["localhost:8080", "ftp://a", "http://a/b", "http://a@b", ""]) {
    assert.throws(
      () => parseFlags(["--origin", origin], NAMES),
      /--origin must be an origin/,
      origin,
    );
  }
  for (const text of ["OTEL_DENO=true", "SENTRY_DSN", "=x"]) {
    assert.throws(() => parseFlags(["--set", text], NAMES), /--set must be NAME=VALUE/, text);
  }
  for (const text of ["", "pro", "free,wall", "free,wall=0", "free,cpu-soft=3000", "free,x=1"]) {
    assert.throws(
      () => parseFlags(["--isolates", text], NAMES),
      /--isolates must be free or paid/,
      text,
    );
  }
  assert.throws(() => parseFlags(["here"], NAMES), /here/);
});

Deno.test("portsAt shifts every port by the offset", () => {
  const start = portsAt(0);
  assert.deepEqual(start, {
    api: 54321,
    database: 54322,
    console: 54323,
    mail: 54324,
    stripe: 54326,
    ai: 54328,
    redis: 54329,
  });
  assert.deepEqual(Object.values(portsAt(7)), Object.values(start).map((port) => port + 7));
});
