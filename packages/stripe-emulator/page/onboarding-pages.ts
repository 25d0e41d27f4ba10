import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { bringTo } from "../connect/accounts.ts";
import type { Engine } from "../engine/engine.ts";
import { layout, messagePage } from "./layout.ts";
import { accountLinks, accounts } from "../resources/accounts.ts";

/**
 * The pages of an account link, where a provider registers. As in Stripe, a link can be opened
 * once; a used or expired link redirects to `refresh_url`. The form always redirects to
 * `return_url`, even if the provider did not finish the registration, so the redirect says nothing
 * about the account.
 */
export function onboardingPages(engine: Engine): Hono {
  const app = new Hono();
  app.get("/setup/e/:account/:link", (c) => {
    const found = find(engine, c);
    if (!found) return missing(c);
    const { link, account } = found;
    const scope = engine.scope();
    if (link.opened || link.expires_at <= scope.seconds()) return c.redirect(link.refresh_url, 303);
    accountLinks.update(scope, link, { opened: true });
    engine.store.flush();
    return c.html(form(account.email ?? account.id));
  });
  app.post("/setup/e/:account/:link", async (c) => {
    const { result } = await c.req.parseBody();
    const found = find(engine, c);
    if (!found) return missing(c);
    const { link, account } = found;
    if (result === "complete") bringTo(engine.scope(), account, "enabled");
    if (result === "review") bringTo(engine.scope(), account, "in_review");
    engine.store.flush();
    return c.redirect(link.return_url, 303);
  });
  return app;
}

function find(engine: Engine, c: Context) {
  const scope = engine.scope();
  const link = accountLinks.find(scope, c.req.param("link") ?? "");
  const account = accounts.find(scope, c.req.param("account") ?? "");
  return link && account && link.account === account.id ? { link, account } : undefined;
}

function missing(c: Context) {
  return c.html(messagePage("Not found", "There is no such registration."), 404);
}

function form(who: string) {
  return layout(
    "Get paid",
    html`
      <h1>Get paid</h1>
      <p>Registration of ${who}. Nothing is asked here: choose how it ends.</p>
      <form method="post" aria-label="Registration">
        <button type="submit" name="result" value="complete">Agree and submit</button>
        <button type="submit" name="result" value="review">Submit, to be reviewed</button>
        <button type="submit" name="result" value="leave" class="plain">Leave unfinished</button>
      </form>
    `,
  );
}
