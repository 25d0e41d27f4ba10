import { equal, rejects } from "node:assert/strict";
import { SettingsError } from "../../project/project-settings.ts";
import type { SignedReport } from "../core/sign.ts";
import { reserveReport, writeReport } from "./report-file.ts";

const REPORT = {
  version: 1,
  run: crypto.randomUUID(),
  command: "test",
  endedAt: "2027-01-01T00:00:00.000Z",
};
const SIGNED = { report: REPORT, signature: "a", publicKey: "b" } as unknown as SignedReport;

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a report replaces a report, and never another file", () =>
  inFolder(async (folder) => {
    const file = `${folder}/report.json`;
    await reserveReport(file);
    equal(await writeReport(file, SIGNED), file);
    await reserveReport(file);
    await Deno.writeTextFile(`${folder}/.env`, "STRIPE_SECRET_KEY=sk_live_1");
    await rejects(() => reserveReport(`${folder}/.env`), SettingsError);
    await Deno.writeTextFile(`${folder}/package.json`, `{"version": 1}`);
    await rejects(() => reserveReport(`${folder}/package.json`), SettingsError);
  }));

Deno.test("a path that can't be written is refused before the first step", () =>
  inFolder((folder) => rejects(() => reserveReport(`${folder}/none/report.json`), SettingsError)));

Deno.test("a path that is gone at the end does not lose the evidence", () =>
  inFolder(async (folder) => {
    const file = await writeReport(`${folder}/gone/report.json`, SIGNED);
    equal(JSON.parse(await Deno.readTextFile(file)).report.run, REPORT.run);
    await Deno.remove(file);
  }));
