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

/** What an import changes, or changed: new models, new prices field by field, a count of the rest. */
export type RatesDiff = z.infer<typeof diff>;

/** The database's door for rates; a dry run answers the same and writes nothing. */
export type RatesDoor = (rates: Rate[], dryRun: boolean) => Promise<RatesDiff>;

/** The database refused, or could not be reached; the message is for people. */
export class RatesDoorError extends Error {
  override name = "RatesDoorError";
}

/** The door over supabase-js, with the project's URL and a secret key. */
export function openRatesDoor(url: string, secretKey: string): RatesDoor {
  const project = createClient(url, secretKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  return async (rates, dryRun) => {
    const { data, error } = await project.schema(EXPOSED).rpc("rates_import", {
      p_rates: rates,
      p_dry_run: dryRun,
    });
    if (error) {
      throw new RatesDoorError(
        `${url} did not take the rates: ${error.message} ${error.code}`.trim(),
      );
    }
    return diff.parse(data);
  };
}
