/**
 * /checkout/success and /checkout/cancel: where the hosted page leads back to when no app is there yet.
 * The gateway's origin is the first of APP_ORIGINS, and so home of the default return addresses.
 */
import { Hono } from "hono";
import { html } from "hono/html";

function page(title: string, text: string) {
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
        </main>
      </body>
    </html>
  `;
}

const SUCCESS = "Your app's page would be here; the webhook has granted the credits. " +
  "Those of a bank debit come with its money.";
const CANCEL = "Nothing was paid. Your app's page would be here.";

export function landingDoor(): Hono {
  const door = new Hono();
  door.get("/checkout/success", (c) => c.html(page("Paid", SUCCESS)));
  door.get("/checkout/cancel", (c) => c.html(page("Back from checkout", CANCEL)));
  return door;
}
