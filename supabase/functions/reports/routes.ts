import { ActorRow } from "../_shared/contracts/reports/actors.ts";
import { CreditRow } from "../_shared/contracts/reports/credits.ts";
import { reportRoute } from "./report-route.ts";

/** Reports who moved how many credits. */
export const reportActors = reportRoute({
  name: "actors",
  summary: "Report who moved credits",
  description:
    "Credits moved by day, author and kind of entry. The entries of the last minute or " +
    "two are missing, because entries are summed when they are sealed.",
  row: ActorRow,
  columns: [
    { key: "day", title: "day (UTC)" },
    { key: "author_kind" },
    { key: "author" },
    { key: "kind" },
    { key: "entries", isNumber: true },
    { key: "credits", title: "credits", isNumber: true },
  ],
  read: (database, args) => database.rpc("report_actors", args),
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
