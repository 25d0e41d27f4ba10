import { createClient } from "@supabase/supabase-js";
import { z } from "zod";
import { EXPOSED } from "../../supabase/functions/_shared/adapters/database/database.ts";
import type { Rate } from "./price-map.ts";

const diff = z.object({
  added: z.array(z.string()),
  changed: z.array(z.object({
    model: z.string(),
    field: z.string(),
    from: z.string().nullable(),
    to: z.string().nullable(),
  })),
  unchanged: z.number().int(),
});

/**
 * The changes of an import: new models, changed prices by field, and the number of unchanged
 * models.
 */
export type RatesDiff = z.infer<typeof diff>;

/**
 * Calls the RPC function rates_import. A dry run returns the same difference and writes nothing.
 */
export type RatesRpc = (rates: Rate[], dryRun: boolean) => Promise<RatesDiff>;

/** The database refused the rates or could not be reached; the message is shown to the user. */
export class RatesRpcError extends Error {
  override name = "RatesRpcError";
}

/** Connects to a project by supabase-js, with its URL and a secret key. */
export function connectRatesRpc(url: string, secretKey: string): RatesRpc {
  const project = createClient(url, secretKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  return async (rates, dryRun) => {
    const { data, error } = await project.schema(EXPOSED).rpc("rates_import", {
      p_rates: rates,
      p_dry_run: dryRun,
    });
    if (error) {
      throw new RatesRpcError(
        `${url} failed to import the rates: ${error.message} ${error.code}`.trim(),
      );
    }
    return diff.parse(data);
  };
}
