import { createBrowserClient } from "@supabase/ssr";
import { publishableKey, url } from "./project.ts";

/**
 * In the browser, this client has the session from the cookies. On the server it has no session,
 * and the hooks read nothing there.
 */
export const supabase = createBrowserClient(url, publishableKey);
