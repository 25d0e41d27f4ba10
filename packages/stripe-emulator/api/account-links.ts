import type Stripe from "stripe";
import { z } from "zod";
import { randomText } from "../core/ids.ts";
import { example } from "../fixtures/example.ts";
import { storedOnly, text, url } from "../http/params.ts";
import type { Resource } from "../http/resource.ts";
import { route } from "../http/route.ts";
import { accountLinks, requireAccount } from "../resources/accounts.ts";

/** How long an account link can be opened. Stripe's links also expire after a few minutes. */
const LIFETIME_SECONDS = 5 * 60;

const create = route(
  "POST",
  "/v1/account_links",
  {
    account: text,
    type: z.enum(["account_onboarding", "account_update"]),
    refresh_url: url,
    return_url: url,
    collect: storedOnly,
    collection_options: storedOnly,
  },
  (scope, { account, refresh_url, return_url }) => {
    requireAccount(scope, account);
    const created = scope.seconds();
    const expires_at = created + LIFETIME_SECONDS;
    const id = randomText(24);
    accountLinks.put(scope, { id, account, refresh_url, return_url, expires_at, opened: false });
    return {
      ...example<Stripe.AccountLink>("account_link"),
      created,
      expires_at,
      url: `${scope.settings.publicUrl}/setup/e/${account}/${id}`,
    };
  },
);

export const accountLinkResource: Resource = {
  object: "account_link",
  routes: [create],
  expands: {},
};
