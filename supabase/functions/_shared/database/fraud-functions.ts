/** The database functions behind the `fraud` doors. */
import type { z } from "@hono/zod-openapi";
import type * as fraud from "../contracts/fraud.ts";
import type { Fn, Json, Once, Optional, Stored } from "./functions.ts";

type Of<S extends z.ZodType> = z.output<S>;

interface PageArgs {
  p_before: Optional<string>;
  p_limit: number;
}

interface BlockArgs extends Once {
  p_kind: string;
  /** A user's id, or the hex SHA-256 of an address or a card. */
  p_subject: string;
  p_reason: string;
  p_until: Optional<string>;
}

interface ClearArgs extends Once {
  p_warning_id: string;
  p_reason: string;
}

export interface FraudFunctions {
  fraud_decisions_list: Fn<
    PageArgs & { p_user_id: Optional<string>; p_outcome: Optional<string> },
    { decisions: Of<typeof fraud.Decision>[]; next_before: string | null }
  >;
  fraud_blocks_list: Fn<
    PageArgs,
    { blocks: Of<typeof fraud.Block>[]; next_before: string | null }
  >;
  fraud_blocks_add: Fn<BlockArgs, Stored<Of<typeof fraud.Block>>>;
  fraud_blocks_remove: Fn<{ p_block_id: string }, Of<typeof fraud.Block>>;
  warnings_list: Fn<
    PageArgs & { p_state: Optional<string> },
    { warnings: Of<typeof fraud.Warning>[]; next_before: string | null }
  >;
  warnings_clear: Fn<ClearArgs, Stored<Of<typeof fraud.ClearedWarning>>>;
  fraud_policy_read: Fn<Record<never, never>, Of<typeof fraud.FraudPolicy>>;
  fraud_policy_set: Fn<
    Once & { p_changes: Json },
    Stored<Of<typeof fraud.FraudPolicy>>
  >;
}
