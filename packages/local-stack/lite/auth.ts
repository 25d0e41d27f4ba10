/** Auth from @supabase/lite, with email and password only. */
import { App } from "@supabase/lite";
import { connect, type LiteOptions, SERVER } from "./connect.ts";

export interface Auth {
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** Makes Auth on /auth/v1. It signs its HS256 tokens with `keys.authSecret`. */
export function createAuth(options: LiteOptions): Auth {
  const connection = connect("supabase_auth_admin", options.databaseUrl, 4);
  const app = new App({
    connection,
    auth: {
      enabled: true,
      jwt_secret: options.keys.authSecret,
      publishable_key: options.keys.publishableKey,
      secret_key: options.keys.secretKey,
      site_url: options.apiUrl,
      additional_redirect_urls: options.redirectUrls,
      enable_signup: true,
      email: { enable_signup: true, enable_confirmations: false },
    },
    options: { server: SERVER, drivers: { email: options.email } },
  });
  return { fetch: (request) => app.fetch(request), close: () => connection.close() };
}
