import "server-only";
import { cookies } from "next/headers";
import { createServerClient } from "@supabase/ssr";
import { createFarthingServer } from "@farthing/client/server";
import { publishableKey, url } from "./project.ts";

/** Makes the client of this request's user. The session has been renewed in proxy.ts. */
export async function requestClient() {
  const jar = await cookies();
  return createServerClient(url, publishableKey, { cookies: { getAll: () => jar.getAll() } });
}

/** Makes the client that holds and charges credits. Only the server has this client's key. */
export const operator = () =>
  createFarthingServer({ url, secretKey: process.env.SUPABASE_SECRET_KEY ?? "" });
