import { deepEqual, equal, rejects } from "node:assert/strict";
import { SettingsError } from "../../project/project-settings.ts";
import { dropRun, refusalOf, runToResume } from "./run-to-resume.ts";
import { endRun, fileOf, type Run, writeRun } from "./run-file.ts";

const HOUR_MS = 3_600_000;
const NOW = new Date("2027-01-01T02:00:00Z");

const newRun = (more: Partial<Run> = {}): Run => ({
  ...{ id: crypto.randomUUID(), command: "canary", mode: "live", shown: [], facts: {} },
  ...{ project: `http://${crypto.randomUUID()}.test`, startedAt: "2027-01-01T01:30:00Z" },
  asked: { "--flag": "b2c" },
  ...more,
});

const RESUMING = { asked: { "--flag": "b2c" }, mostMs: HOUR_MS };

Deno.test("a run goes on with the same options, and not when it is too old", () => {
  equal(refusalOf(newRun(), RESUMING, NOW), undefined);
  const other = refusalOf(newRun(), { ...RESUMING, asked: { "--flag": "b2b" } }, NOW);
  equal(other, "it was begun with another --flag");
  const newer = refusalOf(
    newRun(),
    { ...RESUMING, asked: { ...RESUMING.asked, commit: "b" } },
    NOW,
  );
  equal(newer, "it was begun with another commit");
  const old = refusalOf(newRun({ startedAt: "2027-01-01T00:59:00Z" }), RESUMING, NOW);
  equal(old, "it was begun more than 1 h ago");
});

Deno.test("a run with other options is refused, and an urgent one begins anew", async () => {
  const run = newRun({ asked: { "--flag": "b2b" } });
  await writeRun(run);
  await rejects(() => runToResume(run, RESUMING, NOW), /begun with another --flag: add --again/);
  equal(await runToResume(run, { ...RESUMING, isUrgent: true }, NOW), undefined);
  await endRun(run);
});

Deno.test("a damaged record and one of another project are refused with a sentence", async () => {
  const run = newRun();
  const bad = [
    "",
    "{",
    "{}",
    JSON.stringify({ ...run, shown: [{ code: "canary.start", state: "fine" }] }),
    JSON.stringify({ ...run, project: "https://other.test" }),
    JSON.stringify({ ...run, mode: "test" }),
    JSON.stringify({ ...run, command: "full" }),
  ];
  await writeRun(run);
  for (const text of bad) {
    await Deno.writeTextFile(fileOf(run), text);
    await rejects(
      () => runToResume(run, RESUMING, NOW),
      (error: Error) => error instanceof SettingsError && error.message.includes("add --again"),
    );
  }
  await endRun(run);
});

Deno.test("a run that is not resumed is passed on before its record is lost", async () => {
  const run = newRun({ facts: { "first-dollar.order": "order-1" } });
  const dropped: string[] = [];
  const resuming = {
    ...RESUMING,
    onDropped: ({ facts }: Run) => Promise.resolve(void dropped.push(facts["first-dollar.order"]!)),
  };
  await dropRun(run, resuming);
  deepEqual(dropped, [], "there is no record yet");
  await writeRun(run);
  await dropRun(run, resuming);
  deepEqual(dropped, ["order-1"]);
  await Deno.writeTextFile(fileOf(run), "{");
  await dropRun(run, resuming);
  deepEqual(dropped, ["order-1"], "a damaged record of a canary has nothing");
  await rejects(() => dropRun(run, { ...resuming, buys: true }), /whether the last run paid/);
  await endRun(run);
});
