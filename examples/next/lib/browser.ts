import { createBrowserClient } from "@supabase/ssr";
import { createFarthing } from "@farthing/client";
import { publishableKey, url } from "./project.ts";

/** Has the session of the browser's cookies. On the server it has none, and the hooks read nothing. */
export const supabase = createBrowserClient(url, publishableKey);

export const farthing = createFarthing({ supabase });
