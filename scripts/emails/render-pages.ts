/**
 * Renders an email of each template in each language, once for each sample shop. Also makes an
 * index page that shows all the emails.
 */
import { html } from "hono/html";
import { LANGUAGE_CODES } from "../../supabase/functions/_shared/contracts/languages.ts";
import type { Email } from "../../supabase/functions/_shared/domain/notifications/email.ts";
import { renderNotification } from "../../supabase/functions/_shared/domain/notifications/render-notification.ts";
import { SAMPLES, SHOPS } from "./samples.ts";

export interface RenderedEmail extends Email {
  /** The file's name without its extension, such as `receipt.de.branded`. */
  readonly name: string;
}

export function renderEmails(): RenderedEmail[] {
  return LANGUAGE_CODES.flatMap((locale) =>
    Object.entries(SHOPS).flatMap(([look, shop]) =>
      Object.entries(SAMPLES).map(([template, data]) => ({
        name: `${template}.${locale}.${look}`,
        ...renderNotification(template, data, { locale, shop }),
      }))
    )
  );
}

const STYLE = `body{font:16px/1.5 system-ui;margin:2rem;color-scheme:light dark}
section{display:grid;grid-template-columns:375px 680px minmax(300px,1fr);gap:1rem;margin:0 0 3rem}
iframe{border:1px solid #8888;width:100%;height:620px}pre{white-space:pre-wrap;margin:0}
@media (max-width:1400px){section{grid-template-columns:1fr}}`;

/**
 * Returns a page that shows each email three times: at a phone's width, at a desktop's width, and
 * as text.
 */
export function indexPage(emails: readonly RenderedEmail[]): string {
  const sections = emails.map(({ name, subject, text }) =>
    html`
      <h2 id="${name}"><a href="${name}.html">${name}</a></h2>
      <p>${subject}</p>
      <section>
        <iframe src="${name}.html" title="${name} on a phone"></iframe>
        <iframe src="${name}.html" title="${name} on a desktop"></iframe>
        <pre>${text}</pre>
      </section>
    `
  );
  return String(html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <title>Emails</title>
        <style>${STYLE}</style>
      </head>
      <body>
    <h1>Emails</h1>
    <p>The browser's setting chooses light or dark.</p>
    <ul>${emails.map(({ name, subject }) =>
      html`<li><a href="#${name}">${name}</a>: ${subject}</li>`
    )}</ul>
    ${sections}
      </body>
    </html>
  `);
}
