import assert from "node:assert/strict";
import { intervalMs, isDue } from "./schedule.ts";

const at = (text: string) => new Date(`2026-11-21T${text}Z`);

Deno.test("isDue fires a cron line once in its minute", () => {
  assert.equal(isDue("*/5 * * * *", at("10:04:58"), at("10:04:59")), false);
  assert.equal(isDue("*/5 * * * *", at("10:04:59"), at("10:05:00")), true);
  assert.equal(isDue("*/5 * * * *", at("10:05:00"), at("10:05:01")), false);
});

Deno.test("isDue catches up on a minute that passed between two calls", () => {
  assert.equal(isDue("30 10 * * *", at("10:29:50"), at("10:31:10")), true);
});

Deno.test("isDue counts an interval from the last start", () => {
  assert.equal(isDue("10 seconds", at("10:00:00"), at("10:00:09.999")), false);
  assert.equal(isDue("10 seconds", at("10:00:00"), at("10:00:10")), true);
});

Deno.test("isDue reads lists, ranges, named days, named forms and the month's last day", () => {
  assert.equal(isDue("0,30 9-17 * * sat", at("09:29:59"), at("09:30:00")), true);
  assert.equal(isDue("0 9 * * mon", at("08:59:59"), at("09:00:00")), false);
  assert.equal(isDue("@hourly", at("09:59:59"), at("10:00:00")), true);
  const november = (day: number, time: string) => new Date(`2026-11-${day}T${time}Z`);
  assert.equal(isDue("0 0 $ * *", november(29, "23:59:59"), november(30, "00:00:00")), true);
  assert.equal(isDue("0 0 $ * *", november(28, "23:59:59"), november(29, "00:00:00")), false);
});

Deno.test("isDue never fires @reboot, and throws on an invalid schedule", () => {
  assert.equal(isDue("@reboot", at("00:00:00"), at("23:59:59")), false);
  assert.throws(() => isDue("every day", at("00:00:00"), at("00:00:01")));
});

Deno.test("intervalMs accepts 1 to 59 seconds", () => {
  assert.equal(intervalMs("1 second"), 1_000);
  assert.equal(intervalMs("59 seconds"), 59_000);
  assert.equal(intervalMs("60 seconds"), undefined);
  assert.equal(intervalMs("* * * * *"), undefined);
});
