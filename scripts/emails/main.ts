/**
 * `deno task emails`: writes each email in each language to a folder, and an index page that shows
 * all of them.
 */
import { print } from "@farthing/command-line";
import { indexPage, renderEmails } from "./render-pages.ts";

const FOLDER = ".farthing/emails";

const emails = renderEmails();
await Deno.mkdir(FOLDER, { recursive: true });
for (const { name, html } of emails) await Deno.writeTextFile(`${FOLDER}/${name}.html`, html);
await Deno.writeTextFile(`${FOLDER}/index.html`, indexPage(emails));
print(`${emails.length} emails: open file://${Deno.cwd()}/${FOLDER}/index.html`);
