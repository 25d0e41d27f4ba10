import { ActorRow } from "../_shared/contracts/reports/actors.ts";
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
