/** The database functions of alerts. */
import type { z } from "@hono/zod-openapi";
import type * as alerts from "../contracts/alerts.ts";
import type { Fn, Optional } from "./functions.ts";

type Alert = z.output<typeof alerts.Alert>;

interface ListArgs {
  p_state: Optional<string>;
  p_before: Optional<string>;
  p_limit: number;
}

export interface AlertFunctions {
  alerts_list: Fn<ListArgs, { alerts: Alert[]; next_before: string | null }>;
  /** Who was first stays, and what is resolved stays as it is. */
  alerts_acknowledge: Fn<{ p_incident_id: string }, Alert>;
}
