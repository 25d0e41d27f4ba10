/**
 * The HTML part of an email. Outlook on Windows reads only layout tables and inline styles. The style sheet
 * adds what inline styles can't express: dark colours and narrow windows. Some mail services remove the style
 * sheet, and the email is complete without it.
 */
import { html, raw } from "hono/html";
import type { ShopFace } from "../../contracts/database/results/notifications.ts";
import type { EmailParts, Fact, Look } from "./email-parts.ts";
import { oneLine, webAddress } from "./one-line.ts";
import { accentOf } from "./accent-and-footer.ts";

type Html = ReturnType<typeof html>;

const FONT = "-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif";
const TEXT = `margin:0 0 16px;font:400 16px/1.5 ${FONT};color:#1a1d21`;
const QUIET = `font:400 14px/1.5 ${FONT};color:#5b6470`;
const BREAK = "overflow-wrap:anywhere;word-break:break-word";

// Each rule of the style sheet needs !important, because inline styles would override the rule
// without it.
const STYLE = raw(`<style>
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (max-width:480px){.pad{padding-left:20px!important;padding-right:20px!important}}
@media (prefers-color-scheme:dark){
.page{background:#0f1215!important}
.card{background:#1b1f24!important;border-left-color:#333a42!important;
border-right-color:#333a42!important;border-bottom-color:#333a42!important}
.text,.text a{color:#eef1f4!important}
.quiet,.quiet a{color:#a9b2bd!important}
.line{border-color:#333a42!important}
.logo{background:#ffffff!important;padding:6px!important;border-radius:6px!important}
}
</style>`);

/** Mail programs show this line beside the subject; the opened email hides it. */
function preheader({ facts, sentences }: EmailParts): string {
  const [first, second] = facts;
  if (first === undefined) return oneLine(sentences[0] ?? "");
  return [first, second].flatMap((fact) => fact === undefined ? [] : [`${fact[0]}: ${fact[1]}`])
    .map((each) => oneLine(each)).join(" · ");
}

function linkTo(url: string | undefined, content: Html | string, style: string): Html | string {
  const address = webAddress(url);
  if (address === undefined) return content;
  return html`<a href="${address}" rel="noreferrer" style="${style}">${content}</a>`;
}

function header({ name, logo_url, url }: ShopFace): Html | string {
  const title = name === undefined ? undefined : oneLine(name);
  const logo = webAddress(logo_url);
  if (logo === undefined && title === undefined) return "";
  const style = `font:600 18px/1.4 ${FONT};color:#1a1d21;text-decoration:none`;
  // A dark logo would be invisible on a dark card, so the logo has a white background in dark mode.
  const content = logo === undefined ? title! : html`
    <img class="logo" src="${logo}" alt="${title ??
      withoutScheme(url ?? "")}" height="40" border="0"
      style="display:block;width:auto;height:auto;max-width:200px;max-height:40px;${style}">
  `;
  return html`<tr>
  <td class="pad text" style="padding:24px 32px 0;${style};${BREAK}">${
    linkTo(url, content, style)
  }</td>
</tr>`;
}

function factRows(facts: readonly Fact[]): Html[] {
  return facts.map(([name, value], at) => {
    const line = at === 0 ? "" : "border-top:1px solid #e3e6ea;";
    return html`<tr>
  <th scope="row" align="left" valign="top" width="40%" class="quiet line"
    style="${line}padding:8px 12px 8px 0;text-align:start;${QUIET};line-height:24px">${name}</th>
  <td valign="top" class="text line"
    style="${line}padding:8px 0;${TEXT};margin:0;font-size:15px;line-height:24px;${BREAK}"><bdi>${
      oneLine(value)
    }</bdi></td>
</tr>`;
  });
}

function table(facts: readonly Fact[]): Html | string {
  if (facts.length === 0) return "";
  return html`<table width="100%" cellpadding="0" cellspacing="0" border="0"
  style="margin:0 0 24px;border-collapse:collapse">${factRows(facts)}</table>`;
}

function button({ link }: EmailParts, shop: ShopFace): Html | string {
  const address = webAddress(link?.url);
  if (link === undefined || address === undefined) return "";
  const { fill, text } = accentOf(shop);
  const style = "display:inline-block;padding:12px 24px;border-radius:6px;text-decoration:none;" +
    `font:600 16px/1.4 ${FONT}`;
  // The cell has the button's colour, because Outlook paints the button in the colour of the cell.
  return html`
    <table role="presentation" cellpadding="0" cellspacing="0" border="0"
      style="margin:0 0 24px">
      <tr>
        <td bgcolor="${fill}" style="border-radius:6px;background:${fill}">
          <a href="${address}" rel="noreferrer"
            style="${style};color:${text}">${link.label}</a>
        </td>
      </tr>
    </table>
  `;
}

function references(facts: readonly Fact[]): Html | string {
  if (facts.length === 0) return "";
  const lines = facts.map(([name, value]) =>
    html`<div>${name}: <bdi>${oneLine(value)}</bdi></div>`
  );
  return html`<div class="quiet" style="margin:0 0 16px;${QUIET};font-size:13px;${BREAK}">${lines}</div>`;
}

function footer(shop: ShopFace, questions: string): Html | string {
  const style = "color:#5b6470;text-decoration:underline";
  const mail = shop.support_email && oneLine(shop.support_email);
  const support = [
    ...(mail === undefined ? [] : [html`<a href="mailto:${mail}" style="${style}">${mail}</a>`]),
    ...(shop.support_url === undefined
      ? []
      : [linkTo(shop.support_url, withoutScheme(shop.support_url), style)]),
  ];
  const lines = [
    ...(shop.name === undefined ? [] : [html`<strong>${oneLine(shop.name)}</strong>`]),
    ...(shop.address === undefined ? [] : [oneLine(shop.address)]),
    ...support.map((each, at) => at === 0 ? html`${questions} ${each}` : each),
    ...(shop.url === undefined ? [] : [linkTo(shop.url, withoutScheme(shop.url), style)]),
  ];
  if (lines.length === 0) return "";
  return html`
    <tr>
      <td class="pad quiet"
        style="padding:16px 32px 0;${QUIET};font-size:13px;${BREAK}">${lines.map((line) =>
          html`<div>${line}</div>`
        )}</td>
    </tr>
  `;
}

function withoutScheme(url: string): string {
  return oneLine(url).replace(/^https?:\/\//, "").replace(/\/$/, "");
}

function card(parts: EmailParts, { language, shop }: Look): Html {
  const { fill } = accentOf(shop);
  const figure = parts.figure === undefined ? "" : html`
    <p class="text"
      style="${TEXT};font-size:30px;font-weight:700;line-height:1.25;${BREAK}"><bdi>${oneLine(
        parts.figure,
      )}</bdi></p>
  `;
  const sentences = parts.sentences.map((each) =>
    html`<p class="text" style="${TEXT}">${oneLine(each)}</p>`
  );
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"
  class="card" bgcolor="#ffffff"
  style="background:#ffffff;border:1px solid #e3e6ea;border-top:4px solid ${fill};border-radius:8px">
${header(shop)}
<tr><td class="pad" style="padding:24px 32px 8px">
<h1 class="text" style="margin:0 0 12px;font:600 20px/1.35 ${FONT};color:#1a1d21;${BREAK}">${
    oneLine(parts.heading)
  }</h1>
${figure}${sentences}${table(parts.facts)}${button(parts, shop)}${references(parts.references)}
</td></tr></table>
${outer(footer(shop, language.sentences.footer.questions))}`;
}

function outer(row: Html | string): Html | string {
  if (row === "") return "";
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0"
  border="0">${row}</table>`;
}

export function htmlOf(parts: EmailParts, look: Look): string {
  const { tag, direction = "ltr" } = look.language;
  const hidden = "display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;font-size:1px;" +
    "line-height:1px;color:#f2f4f7;mso-hide:all";
  // Outlook on Windows ignores max-width. Instead, it uses the table in the conditional comment,
  // which has a fixed width.
  const page = String(html`
    <!doctype html>
    <html lang="${tag}" dir="${direction}">
      <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width,initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="supported-color-schemes" content="light dark">
    <meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
    <title>${parts.subject}</title>
    ${STYLE}
      </head>
      <body class="page" style="margin:0;padding:0;background:#f2f4f7">
        <div style="${hidden}">${preheader(parts)}</div>
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="page"
          bgcolor="#f2f4f7" style="background:#f2f4f7">
          <tr>
            <td align="center" style="padding:24px 12px">
    ${raw(
      '<!--[if mso]><table role="presentation" width="600" align="center"><tr><td><![endif]-->',
    )}
    <div role="article" aria-roledescription="email" lang="${tag}" dir="${direction}"
      style="max-width:600px;margin:0 auto;text-align:start">
    ${card(parts, look)}
    </div>
    ${raw("<!--[if mso]></td></tr></table><![endif]-->")}
            </td>
          </tr>
        </table>
      </body>
    </html>
  `);
  // Removes the indentation of the HTML templates above.
  return page.trim().replace(/\n\s*/g, "\n");
}
