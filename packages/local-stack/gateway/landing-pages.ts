/**
 * The pages to which Stripe sends a user back while there is no app yet: after a checkout, a saved
 * card, or a provider's onboarding. By default Stripe's pages return to the first of APP_ORIGINS,
 * which is the gateway's origin.
 */
import { type Context, Hono } from "hono";
import { html } from "hono/html";

function page(title: string, text: string, order?: string) {
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <title>${title}</title>
        <link rel="icon" href="data:,">
        <style>
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
        main { margin: 0 auto; max-width: 28rem; padding: 2rem 1rem; }
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p>${text}</p>
          ${order && html`<p>Order <code>${order}</code></p>`}
        </main>
      </body>
    </html>
  `;
}

const APP = "Your app's page would be here";
const RETURN = "To return to your app, send success_url and cancel_url with the checkout";
const PAGES: Record<string, [title: string, text: string]> = {
  "/checkout/success": [
    "Done",
    `${RETURN}. The webhook grants the paid credits (after a bank debit: when the money arrives) ` +
    "and stores a saved card.",
  ],
  "/checkout/cancel": ["Back from checkout", `Nothing was paid. ${RETURN}.`],
  "/providers/return": [
    "Back from registration",
    `${APP}. GET /providers/me says whether bookings can be made.`,
  ],
  "/providers/refresh": [
    "This link is used up",
    `${APP}. It requests a new link by POST /providers/me/onboarding-link.`,
  ],
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Returns the order's id from the query. Only a UUID is shown on the page, never other text. */
function orderOf(c: Context): string | undefined {
  const order = c.req.query("order_id");
  return order !== undefined && UUID.test(order) ? order : undefined;
}

export function landingRoutes(): Hono {
  const app = new Hono();
  for (const [path, [title, text]] of Object.entries(PAGES)) {
    app.get(path, (c) => c.html(page(title, text, orderOf(c))));
  }
  return app;
}
