/**
 * Reads and changes the session of an example's user. supabase-js stores the session in the
 * browser's storage, or in cookies that the app's server reads, too.
 */
import type { Page } from "playwright-core";
import type { Visit } from "./visit.ts";

/** The name under which supabase-js stores the session of a project on this machine. */
const NAME = "sb-127-auth-token";
/** The prefix with which `@supabase/ssr` marks a value that is encoded as base64url. */
const MARK = "base64-";
/**
 * The maximum number of characters in one cookie. A browser refuses a cookie above 4 kB, so a
 * longer value is split into several cookies.
 */
const MOST_IN_COOKIE = 3_180;

interface Session {
  readonly access_token: string;
  readonly user: { readonly id: string };
}

async function readCookies(page: Page): Promise<string> {
  const cookies = await page.context().cookies();
  const parts = cookies.filter(({ name }) => name.replace(/\.\d$/, "") === NAME);
  const value = parts.sort((a, b) => a.name < b.name ? -1 : 1).map(({ value }) => value).join("");
  return new TextDecoder().decode(
    Uint8Array.fromBase64(value.slice(MARK.length), { alphabet: "base64url" }),
  );
}

async function writeCookies({ page, origin }: Visit, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  const value = MARK + bytes.toBase64({ alphabet: "base64url", omitPadding: true });
  const parts = value.match(new RegExp(`.{1,${MOST_IN_COOKIE}}`, "g"))!;
  await page.context().clearCookies();
  await page.context().addCookies(parts.map((part, index) => ({
    name: parts.length === 1 ? NAME : `${NAME}.${index}`,
    value: part,
    url: origin,
  })));
}

async function read({ page, example }: Visit): Promise<Session> {
  const text = example === "next"
    ? await readCookies(page)
    : await page.evaluate<string>(`localStorage.getItem("${NAME}")`);
  return JSON.parse(text);
}

export async function userIdOf(visit: Visit): Promise<string> {
  return (await read(visit)).user.id;
}

export async function tokenOf(visit: Visit): Promise<string> {
  return (await read(visit)).access_token;
}

/** Stores another user's session and announces it to the page, as a sign-in in another tab does. */
export async function signsInElsewhere({ page }: Visit, session: Session): Promise<void> {
  const text = JSON.stringify(session);
  await page.evaluate(`{
    localStorage.setItem("${NAME}", ${JSON.stringify(text)});
    new BroadcastChannel("${NAME}").postMessage({ event: "SIGNED_IN", session: ${text} });
  }`);
}

/**
 * Changes the stored session, for example as if its token had expired, or as if another device had
 * ended the session.
 */
export async function changesSession(visit: Visit, change: object): Promise<void> {
  const text = JSON.stringify({ ...await read(visit), ...change });
  if (visit.example === "next") await writeCookies(visit, text);
  else await visit.page.evaluate(`localStorage.setItem("${NAME}", ${JSON.stringify(text)})`);
}
