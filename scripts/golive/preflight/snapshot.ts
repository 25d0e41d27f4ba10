/** Checks that there is a recent snapshot that was restored and proved. */
import type { GoLiveStep } from "../command/context.ts";
import { taskLine } from "../command/task-line.ts";
import { failed, found, skipped } from "../core/step.ts";
import { findPgDump } from "../snapshot/find-tools.ts";
import { readSnapshot } from "../snapshot/record.ts";
import { doubtOf } from "../snapshot/check-snapshot.ts";

const MAX_AGE_MINUTES = 60;

export const snapshotAge: GoLiveStep = {
  code: "preflight.snapshot",
  title: `Is there a restored snapshot younger than ${MAX_AGE_MINUTES} minutes?`,
  source: "ledger",
  async run({ project, options }) {
    const fix = taskLine(options, "golive snapshot");
    const snapshot = await readSnapshot(project);
    if (snapshot === undefined) {
      const tools = await findPgDump(project);
      return typeof tools === "string" ? skipped(tools) : failed("there is no snapshot", fix);
    }
    const minutes = (Date.now() - Date.parse(snapshot.takenAt)) / 60_000;
    const evidence = `${snapshot.file}: ${minutes.toFixed(0)} minutes old, ${snapshot.bytes} bytes`;
    const doubt = await doubtOf(snapshot, new Date());
    if (doubt !== undefined) return failed([evidence, doubt], fix);
    return minutes < MAX_AGE_MINUTES ? found(evidence) : failed(evidence, fix);
  },
};
