import { createBrowserClient } from "@supabase/ssr";
import { publishableKey, url } from "./project.ts";

/** Has the session of the browser's cookies. On the server it has none, and the hooks read nothing. */
export const supabase = createBrowserClient(url, publishableKey);
