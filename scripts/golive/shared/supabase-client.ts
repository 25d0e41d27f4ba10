/**
 * A client of supabase-js for a program: it stores no Auth session, and follows no redirect with a
 * key.
 */
import { createClient } from "@supabase/supabase-js";
import type { Project } from "../command/project.ts";
import { directFetch } from "./direct-fetch.ts";

export const clientOf = ({ url }: Pick<Project, "url">, key: string) =>
  createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    global: { fetch: directFetch },
  });
