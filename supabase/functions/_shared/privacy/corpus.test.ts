/** Tests the redactor against labelled texts: what it misses, and what it redacts by mistake. */
import assert from "node:assert/strict";
import { type Kind, redact, redactWithFindings } from "./redact.ts";

interface Labelled {
  readonly input: string;
  readonly expected: string;
}

interface Score {
  expected: number;
  produced: number;
  /**
   * The number of expected tokens that were produced in the right place, so that no part of the
   * value remains beside the token.
   */
  right: number;
}

const MIN_RECALL = 0.98;
const MIN_PRECISION = 0.95;
const KINDS: Kind[] = ["email", "phone", "card", "ssn", "passport", "zip", "iban", "ip", "secret"];
const TUNED = ["chat", "support", "logs", "world", "negatives"];

function labelled(marked: string): Labelled {
  const text = marked.replaceAll("¦", "");
  const mark = /«([A-Z]+):([^»]+)»/g;
  return { input: text.replace(mark, "$2"), expected: text.replace(mark, "[$1]") };
}

async function readTexts(names: string[]): Promise<Labelled[]> {
  const files = await Promise.all(
    names.map((name) => Deno.readTextFile(new URL(`corpus/${name}.txt`, import.meta.url))),
  );
  return files.flatMap((file) =>
    file.trim().split(/\n{2,}/).map((block) => block.replace(/^#.*\n?/gm, "")).filter(Boolean)
  ).map(labelled);
}

/**
 * Returns each token of a kind with the characters around it. So a token that is off by one
 * character differs from the expected token.
 */
function placesOf(kind: Kind, text: string): string[] {
  const token = `[${kind.toUpperCase()}]`;
  return [...text.matchAll(/\[[A-Z]+\]/g)].filter(({ 0: found }) => found === token)
    .map(({ index }) => text.slice(Math.max(0, index - 8), index + token.length + 8));
}

function common(some: string[], others: string[]): number {
  const left = [...others];
  return some.filter((each) => {
    const at = left.indexOf(each);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  }).length;
}

function scoreOf(kind: Kind, texts: Labelled[]): Score {
  const score = { expected: 0, produced: 0, right: 0 };
  for (const { input, expected } of texts) {
    const due = placesOf(kind, expected);
    const given = placesOf(kind, redact(input));
    score.expected += due.length;
    score.produced += given.length;
    score.right += common(due, given);
  }
  return score;
}

function lineOf(name: string, { expected, produced, right }: Score): string {
  const share = (of: number) => (of === 0 ? 1 : right / of).toFixed(4);
  return `${name.padEnd(9)} ${String(right).padStart(4)} of ${
    String(expected).padStart(4)
  } found, ` +
    `recall ${share(expected)}, precision ${share(produced)}`;
}

/** Returns the precision and recall that the test prints and asserts. */
function measure(title: string, texts: Labelled[]): { total: Score; report: string } {
  const scores = KINDS.map((kind) => scoreOf(kind, texts));
  const sum = (field: keyof Score) => scores.reduce((all, score) => all + score[field], 0);
  const total = { expected: sum("expected"), produced: sum("produced"), right: sum("right") };
  const misses = texts.filter(({ input, expected }) => redact(input) !== expected);
  const lines = [
    `${title}: ${texts.length} texts, ${
      texts.filter((each) => each.input === each.expected).length
    } ` +
    "of them without anything to find",
    ...KINDS.map((kind, index) => lineOf(kind, scores[index]!)),
    lineOf("all", total),
    ...misses.map(({ input, expected }) =>
      `not as labelled: ${redact(input)}\n     instead of: ${expected}`
    ),
  ];
  return { total, report: lines.join("\n") };
}

function print(report: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`\n${report}\n`));
}

Deno.test("the redactor finds the labels in the texts that it was built with, and little else", async () => {
  const texts = await readTexts(TUNED);
  assert(texts.length >= 200 && texts.filter((each) => each.input === each.expected).length >= 80);
  const { total, report } = measure("tuned", texts);
  print(report);
  assert(total.right / total.expected >= MIN_RECALL, report);
  assert(total.right / total.produced >= MIN_PRECISION, report);
});

Deno.test("the redactor does about as well on texts that were not read while building it", async () => {
  const texts = await readTexts(["held-out"]);
  assert(texts.length >= 60);
  const { total, report } = measure("held out", texts);
  print(report);
  assert(total.right / total.expected >= MIN_RECALL - 0.1, report);
  assert(total.right / total.produced >= MIN_PRECISION - 0.1, report);
});

Deno.test("redacting a redacted text changes nothing, for every labelled text", async () => {
  for (const { input } of await readTexts([...TUNED, "held-out"])) {
    const once = redact(input);
    assert.deepEqual(redactWithFindings(once), { text: once, kinds: [] });
  }
});
