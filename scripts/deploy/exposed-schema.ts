/**
 * Checks whether the project's data API exposes the schema farthing_public, and exposes it if
 * needed. Migrations cannot do this, because the list of exposed schemas is a setting of the
 * project and not SQL. The Management API reads and changes the setting
 * (https://supabase.com/docs/reference/api).
 */
import { z } from "zod";
import type { Check } from "./check.ts";
import { EXPOSED } from "../../supabase/functions/_shared/adapters/database/database.ts";

const REQUEST_MS = 15_000;

const config = z.object({ db_schema: z.string() });
const profile = z.object({ api_url: z.url() });

/**
 * Returns the address of the platform's Management API. If SUPABASE_PROFILE names a file for a
 * different platform, the address is in that file.
 */
async function apiUrl(): Promise<string> {
  const named = Deno.env.get("SUPABASE_PROFILE");
  if (!named?.endsWith(".json")) return "https://api.supabase.com";
  return profile.parse(JSON.parse(await Deno.readTextFile(named))).api_url;
}

async function ask(project: string, token: string, change?: object): Promise<unknown> {
  const response = await fetch(`${await apiUrl()}/v1/projects/${project}/postgrest`, {
    method: change ? "PATCH" : "GET",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(change && { body: JSON.stringify(change) }),
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  if (response.ok) return await response.json();
  await response.body?.cancel();
  throw new Error(`the Management API answered ${response.status} for the data API's settings`);
}

const BY_HAND =
  `add ${EXPOSED} to the exposed schemas (dashboard, Project Settings, Data API), or set ` +
  "SUPABASE_ACCESS_TOKEN and deploy again";

/** Returns the schemas that the data API exposes; undefined if there is no access token. */
export async function exposedSchemas(project: string): Promise<string[] | undefined> {
  const token = Deno.env.get("SUPABASE_ACCESS_TOKEN");
  if (!token) return;
  const { db_schema } = config.parse(await ask(project, token));
  return db_schema.split(",").map((name) => name.trim()).filter((name) => name !== "");
}

/** Returns what the printed plan says about exposing the schema. */
export function planOf(schemas: readonly string[] | undefined): string {
  if (schemas === undefined) return `unknown without SUPABASE_ACCESS_TOKEN: ${BY_HAND}`;
  return schemas.includes(EXPOSED)
    ? `${EXPOSED} is exposed`
    : `expose ${EXPOSED} beside ${schemas.join(", ")}`;
}

/**
 * Adds the schema to the exposed ones. If there is no access token, only describes how to do this
 * by hand; the smoke test later checks whether it was done.
 */
export async function expose(project: string): Promise<Omit<Check, "name">> {
  const schemas = await exposedSchemas(project);
  const token = Deno.env.get("SUPABASE_ACCESS_TOKEN");
  if (schemas === undefined || !token) return { state: "warning", detail: planOf(schemas) };
  if (schemas.includes(EXPOSED)) return { state: "ok", detail: "unchanged" };
  await ask(project, token, { db_schema: [...schemas, EXPOSED].join(",") });
  if ((await exposedSchemas(project))?.includes(EXPOSED)) {
    return { state: "ok", detail: `${EXPOSED} is exposed now` };
  }
  throw new Error(
    `the Management API accepted the change, but does not list ${EXPOSED} as exposed: ${BY_HAND}`,
  );
}
