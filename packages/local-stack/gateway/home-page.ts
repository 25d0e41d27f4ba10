/**
 * The page at the gateway's root. It shows which parts run and where, the result of the product's
 * last check of its own data, the result of the product's demo, and links. The product is the app
 * that the stack runs. The server renders this page, which has no script.
 */
import { Hono } from "hono";
import { html, raw } from "hono/html";
import { createHash } from "node:crypto";
import type { Urls } from "../core/ports.ts";
import type { Status } from "../stack/plugin.ts";
import type { Access, Proof, Welcome } from "../stack/welcome.ts";
import type { DemoResult } from "../stack/demo-result.ts";
import { demoSection, type Html, mark, proofSection } from "./home-proofs.ts";
import { HOME_STYLE } from "./home-style.ts";

/** Forbids the page to load anything except its own style and its empty icon. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(HOME_STYLE).digest("base64")}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export interface HomeParts {
  status: () => Promise<Status>;
  access: Access;
  welcome: Welcome | undefined;
  /** Reads the result of the last demo that ran on this stack. */
  readDemo: () => Promise<DemoResult | undefined>;
  now?: () => Date;
}

interface Part {
  title: string;
  address?: string | undefined;
  /** Whether the address is a page that a person can open in a browser. */
  isPage?: boolean;
}

function partsAt(urls: Urls): Record<string, Part> {
  return {
    api: { title: "API", address: urls.api },
    database: { title: "Database", address: urls.database },
    console: { title: "Console", address: urls.console, isPage: true },
    mail: { title: "Mail inbox", address: urls.mail, isPage: true },
    stripe: { title: "Stripe emulator", address: urls.stripe, isPage: true },
    ai: { title: "Language models", address: `${urls.ai}/v1` },
    redis: { title: "Redis", address: urls.redis },
    net: { title: "Requests from the database" },
    cron: { title: "Scheduled jobs" },
  };
}

function addressOf({ address, isPage }: Part): Html | string {
  if (address === undefined) return "";
  return isPage
    ? html`<p><a href="${address}">${address}</a></p>`
    : html`<p><code>${address}</code></p>`;
}

function partsList({ urls, health }: Status): Html {
  const parts = partsAt(urls);
  const items = Object.entries(health).map(([name, { ok, detail }]) => {
    const part = parts[name] ?? { title: name };
    return html`<li>
<div class="row"><strong>${part.title}</strong>${
      mark(ok ? "good" : "bad", ok ? "up" : "down")
    }</div>
<p class="soft">${detail}</p>
${addressOf(part)}</li>`;
  });
  return html`
    <section aria-labelledby="parts">
      <h2 id="parts">What runs</h2>
      <ul>${items}</ul>
    </section>
  `;
}

function overall({ health }: Status): Html {
  const all = Object.values(health);
  const down = all.filter(({ ok }) => !ok).length;
  return down === 0
    ? mark("good", `All ${all.length} parts are up`)
    : mark("bad", `${down} of ${all.length} parts ${down === 1 ? "is" : "are"} down`);
}

function links(urls: Urls, documents: Welcome["documents"]): Html {
  const pages = [
    ["/docs", "API page", "Every route, with the keys of this stack filled in."],
    [urls.console, "Console", "Pages for buyers and for operators."],
    [urls.mail, "Mail inbox", "The emails of this stack. None leaves this machine."],
    [urls.stripe, "Stripe emulator", "Open checkouts, events and test cards."],
  ];
  const items = pages.map(([href, title, about]) =>
    html`<li><a href="${href}">${title}</a><p class="soft">${about}</p></li>`
  );
  const files = documents.map(({ path, about }) =>
    html`<li><code>${path}</code><p class="soft">${about}</p></li>`
  );
  return html`
    <section aria-labelledby="go">
      <h2 id="go">Where to go</h2>
      <ul>${items}${files}</ul>
    </section>
  `;
}

function firstRequest(command: string): Html {
  return html`
    <section aria-labelledby="first">
      <h2 id="first">The first request</h2>
      <p class="soft">Run this command in a terminal. Its key is publishable.</p>
      <pre>${command}</pre>
    </section>
  `;
}

function shorten(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : "No reason is known.";
}

async function proofOf(welcome: Welcome, access: Access): Promise<Proof> {
  try {
    return await welcome.readProof(access);
  } catch (error) {
    const summary = "The proof could not be read.";
    return { state: "unknown", summary, detail: shorten(error) };
  }
}

async function page(
  { status, access, welcome, readDemo, now = () => new Date() }: HomeParts,
): Promise<Awaited<Html>> {
  const [current, proof, demo] = await Promise.all([
    status(),
    welcome && proofOf(welcome, access),
    readDemo(),
  ]);
  const name = welcome?.name ?? "Local stack";
  const about = welcome?.about ?? "The services of this project.";
  const at = now().toISOString();
  const time = at.slice(11, 19);
  return html`
    <!doctype html>
    <html lang="en">
      <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>${name} on this machine</title>
    <link rel="icon" href="data:,">
    ${raw(`<style>${HOME_STYLE}</style>`)}
      </head>
      <body>
        <main>
          <header>
    <div><h1>${name}</h1><p class="soft">${about}</p></div>
    ${overall(current)}
          </header>
          <div class="columns">
    <div class="column">
    ${proof ? proofSection(proof) : ""}
    ${welcome ? demoSection(demo, welcome.demo) : ""}
    ${links(current.urls, welcome?.documents ?? [])}
    ${welcome ? firstRequest(welcome.firstRequest(access)) : ""}
    </div>
    ${partsList(current)}
          </div>
          <footer>As of <time datetime="${at}">${time} UTC</time>. <a href="/">Refresh</a></footer>
        </main>
      </body>
    </html>
  `;
}

export function homeRoutes(parts: HomeParts): Hono {
  const app = new Hono();
  app.get("/", async (c) => {
    c.header("Content-Security-Policy", POLICY);
    c.header("Cache-Control", "no-store");
    c.header("Referrer-Policy", "no-referrer");
    c.header("X-Content-Type-Options", "nosniff");
    return c.html(await page(parts));
  });
  return app;
}
