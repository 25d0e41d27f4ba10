import type { GoLiveStep } from "../command/context.ts";
import { failed, found } from "../core/step.ts";
import { readColumns } from "../../demo/shared/ledger-csv.ts";
import { ask, said } from "../shared/ask.ts";

export const csv: GoLiveStep = {
  code: "smoke.csv",
  title: "Does the ledger's CSV have correlation ids?",
  source: "ledger",
  async run({ project, run, facts }) {
    const path = `credits/entries?user_id=${facts["smoke.customer"]}&format=csv`;
    const reply = await ask(project, path);
    if (reply.status !== 200) return failed(said(reply), "Deploy the function credits again.");
    const rows = readColumns(reply.text, ["kind", "amount", "correlation_id"]);
    const ours = rows.filter(([kind, , id]) => kind === "usage" && id === run);
    const evidence = `${rows.length} entries, ${ours.length} with the run's correlation id`;
    return ours.length === 2
      ? found(evidence)
      : failed(evidence, "The CSV lacks entries of this run: compare with GET /credits/entries.");
  },
};
