import { html, raw } from "hono/html";

type Html = ReturnType<typeof html>;

const STYLE = raw(`
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { margin: 0 auto; max-width: 28rem; padding: 2rem 1rem; }
  h1 { font-size: 1.5rem; line-height: 1.25; }
  label, legend { display: block; font-weight: 600; margin-top: 1rem; }
  fieldset { border: 1px solid #8888; border-radius: .5rem; margin: 1rem 0; padding: 0 1rem 1rem; }
  fieldset label.choice { align-items: baseline; display: flex; font-weight: 400; gap: .5rem; }
  .outcome { display: none; margin-left: 1.5rem; }
  fieldset:has([value=us_bank_account]:checked) .outcome { display: block; }
  h2 { font-size: 1.125rem; margin-top: 2rem; }
  input:not([type=radio]) { box-sizing: border-box; font: inherit; padding: .5rem; width: 100%; }
  .pair { display: grid; gap: 1rem; grid-template-columns: 1fr 1fr; }
  button { background: #3538cd; border: 0; border-radius: .5rem; color: #fff; cursor: pointer;
    font: inherit; font-weight: 600; margin-top: 1rem; padding: .75rem 1rem; width: 100%; }
  button.plain { background: #55555f; }
  :focus-visible { outline: 3px solid #f5a623; outline-offset: 2px; }
  [role=alert] { background: #fde8e8; border-left: 4px solid #b42318; color: #7a1a12;
    padding: .75rem 1rem; }
  table { border-collapse: collapse; width: 100%; }
  td, th { padding: .25rem 0; text-align: left; }
  td:last-child, th:last-child { text-align: right; }
  .number { white-space: nowrap; }
  .note { font-size: .875rem; opacity: .8; }
`);

/** Renders a complete page of the emulator. Pages work without JavaScript. */
export function layout(title: string, content: Html | Promise<Html>) {
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <title>${title}</title>
        <link rel="icon" href="data:,">
        <style>${STYLE}</style>
      </head>
      <body>
        <main>${content}</main>
        <p class="note">Stripe emulator: no money moves here.</p>
      </body>
    </html>
  `;
}

/** Renders a page that contains only a message, and optionally a link. */
export function messagePage(
  title: string,
  text: string,
  link?: { href: string; label: string } | null,
) {
  return layout(
    title,
    html`<h1>${title}</h1>
      <p>${text}</p>
      ${link ? html`<p><a href="${link.href}">${link.label}</a></p>` : ""}`,
  );
}
