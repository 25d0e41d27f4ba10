/** The settings that the stack reads from supabase/config.toml, as `supabase start` does. */
import { parse } from "smol-toml";
import { ROOT } from "./options.ts";

export interface SupabaseConfig {
  /** The address to which the links in emails lead; undefined if the file has none. */
  siteUrl: string | undefined;
  /** The schemas that REST serves. */
  schemas: string[];
}

interface ConfigFile {
  api?: { schemas?: string[] };
  auth?: { site_url?: string };
}

export async function readSupabaseConfig(): Promise<SupabaseConfig> {
  const text = await Deno.readTextFile(`${ROOT}/supabase/config.toml`);
  const { api, auth } = parse(text) as ConfigFile;
  return { siteUrl: auth?.site_url, schemas: api?.schemas ?? ["public"] };
}
