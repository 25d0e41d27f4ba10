/** The inbox as two plain pages. Hono's `html` escapes the messages' content. */
import { html } from "hono/html";

type Html = ReturnType<typeof html>;

const STYLE =
  `body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .8rem .4rem 0;
border-bottom:1px solid #ddd;vertical-align:top}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f6f6f6;padding:1rem}
iframe{width:100%;height:30rem;border:1px solid #ddd}time{color:#666;white-space:nowrap}`;

function page(title: string, body: Html): Html {
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>${title}</title>
        <style>
    ${STYLE}
    </style>
      </head>
      <body>${body}</body>
    </html>
  `;
}

export function messagesPage(messages: Message[]): Html {
  if (messages.length === 0) {
    return page(
      "Inbox",
      html`
        <h1>Inbox</h1>
        <p>Sign-in and reset mails arrive here. There are none yet.</p>
      `,
    );
  }
  const rows = messages.map(({ id, receivedAt, to, subject }) =>
    html`
      <tr>
        <td><time>${receivedAt}</time></td>
        <td>${to.join(", ")}</td>
        <td><a href="/messages/${id}">${subject || "(no subject)"}</a></td>
      </tr>
    `
  );
  return page(
    "Inbox",
    html`
      <h1>Inbox</h1>
      <table>
        <thead>
          <tr>
            <th>Received</th>
            <th>To</th>
            <th>Subject</th>
          </tr>
        </thead>
        <tbody>${rows}</tbody>
      </table>
    `,
  );
}

/** Matches an address without the punctuation or bracket that follows it. */
const ADDRESS = /(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}])/;

/** Returns the text with its addresses as links. Every odd piece of the split is an address. */
function linked(text: string): (Html | string)[] {
  return text.split(ADDRESS).map((piece, at) =>
    at % 2 === 0 ? piece : html`<a href="${piece}" rel="noreferrer" target="_blank">${piece}</a>`
  );
}

/**
 * The page of one message. The HTML part is in a sandbox: no scripts, no forms, and no access to
 * this page.
 */
export function messagePage({ from, to, subject, receivedAt, text, html: body }: Message): Html {
  return page(
    subject || "(no subject)",
    html`<p><a href="/">Inbox</a></p><h1>${subject || "(no subject)"}</h1>
<p>From ${from} to ${to.join(", ")}, <time>${receivedAt}</time></p>
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
  /** Postmark's Tag or Resend's first tag value; tests use it to find one kind of message. */
  tag: string;
}
