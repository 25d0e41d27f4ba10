/** Sends the requests that a page of the docs prints as curl commands. Does not need curl. */
import { ok } from "node:assert/strict";
import { blocksIn } from "./printed-snippets.ts";

const HOST = "https://REF.supabase.co/functions/v1/";

/** A request as the docs page prints it, with its placeholders. */
export interface PrintedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON of a POST. */
  readonly body?: string;
}

/** The words of a shell command. Only quotes and a backslash at the end of a line are special. */
function wordsOf(code: string): string[] {
  const words = code.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g);
  return [...words].map(([, single, double, bare]) => single ?? double ?? bare ?? "")
    .filter((word) => word !== "\\");
}

function requestOf([url = "", ...options]: string[]): PrintedRequest {
  ok(url.startsWith(HOST), `curl ${url}`);
  const headers: Record<string, string> = {};
  let body: string | undefined;
  for (let index = 0; index < options.length; index += 2) {
    const [option, value = ""] = options.slice(index, index + 2);
    ok(option === "-H" || option === "-d", `unknown option ${option} of curl`);
    if (option === "-d") body = value;
    else headers[value.split(": ")[0]!.toLowerCase()] = value.split(": ")[1] ?? "";
  }
  return { path: url.slice(HOST.length), headers, ...(body !== undefined && { body }) };
}

/** Returns all requests of a page, in the page's order. */
export async function requestsIn(page: string): Promise<PrintedRequest[]> {
  const code = (await blocksIn(page)).filter(({ language }) => language === "sh");
  return code.flatMap((block) => {
    const words = wordsOf(block.code);
    const starts = words.flatMap((word, index) => word === "curl" ? [index] : []);
    return starts.map((start, nr) => requestOf(words.slice(start + 1, starts[nr + 1])));
  });
}
