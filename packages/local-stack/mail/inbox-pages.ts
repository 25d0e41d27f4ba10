/** Two plain HTML pages that show the inbox. Hono's `html` escapes the messages' content. */
import { html } from "hono/html";

type Html = ReturnType<typeof html>;

const STYLE = `:root{color-scheme:light dark}
body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere;
background:light-dark(#fff,#16181b);color:light-dark(#1a1a1a,#eee)}
a{color:light-dark(#1a4fc4,#8fb4ff)}
ul{list-style:none;padding:0}li{padding:.6rem 0;border-bottom:1px solid #8884}
li p,time{margin:0;color:light-dark(#595959,#b0b0b0)}
pre{white-space:pre-wrap;background:light-dark(#f6f6f6,#222);padding:1rem}
iframe{width:100%;height:44rem;border:1px solid #8884}`;

function page(title: string, body: Html): Html {
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <link rel="icon" href="data:,">
        <title>${title}</title>
        <style>
    ${STYLE}
    </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html>
  `;
}

export function messagesPage(messages: Message[]): Html {
  if (messages.length === 0) {
    return page(
      "Inbox",
      html`
        <h1>Inbox</h1>
        <p>All emails of Auth and of the functions arrive here. There are none yet.</p>
      `,
    );
  }
  const items = messages.map(({ id, receivedAt, to, subject }) =>
    html`
      <li>
        <a href="/messages/${id}">${subject || "(no subject)"}</a>
        <p>${to.join(", ")} · ${timeOf(receivedAt)}</p>
      </li>
    `
  );
  return page(
    "Inbox",
    html`
      <h1>Inbox</h1>
      <ul>${items}</ul>
    `,
  );
}

const TIME = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "medium",
  timeStyle: "medium",
  timeZone: "UTC",
});

function timeOf(at: string): Html {
  return html`<time datetime="${at}">${TIME.format(new Date(at))} UTC</time>`;
}

/** Matches a URL without the punctuation or bracket that follows it. */
const ADDRESS = /(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}])/;

/**
 * Returns the text with its URLs as links. `split` puts the URLs at the odd positions of its
 * result.
 */
function linked(text: string): (Html | string)[] {
  return text.split(ADDRESS).map((piece, at) =>
    at % 2 === 0 ? piece : html`<a href="${piece}" rel="noreferrer" target="_blank">${piece}</a>`
  );
}

/**
 * The page of one message. It shows the message's HTML in a sandbox, which allows no scripts, no
 * forms, and no access to this page.
 */
export function messagePage({ from, to, subject, receivedAt, text, html: body }: Message): Html {
  return page(
    subject || "(no subject)",
    html`<p><a href="/">Inbox</a></p><h1>${subject || "(no subject)"}</h1>
<p>From ${from} to ${to.join(", ")}, ${timeOf(receivedAt)}</p>
${text ? html`<pre>${linked(text)}</pre>` : ""}
${body ? html`<iframe sandbox="" title="HTML part" srcdoc="${body}"></iframe>` : ""}`,
  );
}

export interface Message {
  id: string;
  /** RFC 3339. */
  receivedAt: string;
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
  /**
   * Postmark's Tag or the value of Resend's first tag. Tests use it to find messages of one kind.
   */
  tag: string;
}
