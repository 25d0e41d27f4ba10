/** Finds IPv4 and IPv6 addresses, and leaves out version numbers of programs. */
import { z } from "zod";
import { merged, type Span, valuesOf } from "./spans.ts";

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
// `Chrome/120.0.0.0`, `v1.2.3.4` and `lib-1.2.3.4` are versions.
const V4 = new RegExp(
  `(?<![\\w.]|[A-Za-z][/-])${OCTET}(?:\\.${OCTET}){3}(?![\\w]|\\.\\w|-[A-Za-z])`,
  "g",
);
const SAYS_VERSION =
  /(?:versions?|ver\.?|release|build|firmware|driver|section|chapter|clause|§)[\s:#]{0,3}$/i;
const WORD_LENGTH = 16;

const V6 = /(?<![\w:.])[0-9a-f:]{3,39}(?![\w:]|\.\d)/gi;

/** Finds IPv6 addresses. In a sentence, a colon may follow right after the address. */
function findV6(text: string): Span[] {
  const spans: Span[] = [];
  for (const { 0: run, index } of text.matchAll(V6)) {
    // `a::b` is a valid address and also a name in program code, so an address must contain a
    // digit.
    if (!run.includes(":") || !/\d/.test(run)) continue;
    const value = [run, run.replace(/:$/, "")].find((each) => z.regexes.ipv6.test(each));
    if (value !== undefined) spans.push({ start: index, end: index + value.length });
  }
  return spans;
}

export function findIps(text: string): Span[] {
  const isAddress = (_: string, start: number) =>
    !SAYS_VERSION.test(text.slice(Math.max(0, start - WORD_LENGTH), start));
  return merged(valuesOf(text, V4, isAddress), findV6(text));
}
