import { ActorRow, ActorsQuery } from "../_shared/contracts/reports/actors.ts";
import { CreditRow } from "../_shared/contracts/reports/credits.ts";
import { reportRoute } from "./report-route.ts";

/** Reports how many credits each author moved, and what else the author did. */
export const reportActors = reportRoute({
  name: "actors",
  summary: "Report who moved credits, and who did what else",
  description:
    "Credits moved by day, author and kind of entry, and what else authors did: refunds, blocks, " +
    "decisions, retries, changed settings, reads of customers. The entries of the last minute or " +
    "two are missing, because entries are summed when they are sealed.",
  query: ActorsQuery,
  row: ActorRow,
  columns: [
    { key: "day", title: "day (UTC)" },
    { key: "author_kind" },
    { key: "author" },
    { key: "kind" },
    { key: "source" },
    { key: "count", isNumber: true },
    { key: "credits", isNumber: true },
    { key: "amount", title: "amount (minor units)", isNumber: true },
    { key: "currency" },
  ],
  read: (database, args, { actor }) => database.rpc("report_actors", { ...args, p_actor: actor }),
});

const CREDITS = [
  "opening",
  "granted",
  "used",
  "debt_paid",
  "expired",
  "clawed_back",
  "closing",
] as const;

/** Reports granted and used credits. */
export const reportCredits = reportRoute({
  name: "credits",
  summary: "Report granted and used credits",
  description:
    "Credits granted, used, expired and clawed back, by day and source of their lot. Entries " +
    "after `as_of` are missing, because entries are summed when they are sealed.",
  row: CreditRow,
  columns: [
    { key: "day", title: "day (UTC)" },
    { key: "source" },
    ...CREDITS.map((key) => ({ key, title: `${key} (credits)`, isNumber: true })),
  ],
  read: (database, args) => database.rpc("report_credits", args),
});
