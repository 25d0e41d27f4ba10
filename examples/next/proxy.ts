import { type NextRequest, NextResponse } from "next/server";
import { createServerClient } from "@supabase/ssr";
import { publishableKey, url } from "./lib/project.ts";

/** Renews an expired session. The page and the browser then both have the new one. */
export async function proxy(request: NextRequest) {
  let response = NextResponse.next();
  const { auth } = createServerClient(url, publishableKey, {
    cookies: {
      getAll: () => request.cookies.getAll(),
      setAll(cookies, headers) {
        for (const { name, value } of cookies) request.cookies.set(name, value);
        response = NextResponse.next({ request, headers });
        for (const { name, value, options } of cookies) response.cookies.set(name, value, options);
      },
    },
  });
  await auth.getSession();
  return response;
}

export const config = { matcher: "/" };
