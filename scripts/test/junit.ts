/** Reads the JUnit report of `deno test` into rows, one for each file. */
import { XMLParser } from "fast-xml-parser";
import { z } from "zod";
import type { Row } from "./suite.ts";

const list = <T extends z.ZodType>(item: T) => z.array(item).default([]);
const testCase = z.object({
  name: z.string(),
  time: z.coerce.number(),
  failure: z.object({ message: z.string(), text: z.string().default("") }).optional(),
  skipped: z.unknown().optional(),
});
const report = z.object({
  testsuites: z.object({
    testsuite: list(z.object({ name: z.string(), testcase: list(testCase) })),
  }),
});

type Case = z.infer<typeof testCase>;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  textNodeName: "text",
  parseTagValue: false,
  isArray: (name) => name === "testsuite" || name === "testcase",
});

/** A test with steps is reported beside its steps, and fails with them: it is counted by them alone. */
function standsForItsSteps(test: Case, all: Case[]): boolean {
  if (!all.some(({ name }) => name.startsWith(`${test.name} > `))) return false;
  return !test.failure || /^\d+ test steps? failed/.test(test.failure.message);
}

function rowOf(name: string, all: Case[]): Row {
  const tests = all.filter((test) => !standsForItsSteps(test, all));
  const failed = tests.flatMap(({ name, failure }) =>
    failure ? [{ test: name, detail: failure.text || failure.message }] : []
  );
  const ignored = tests.filter(({ skipped }) => skipped !== undefined).length;
  return {
    name: name.replace(/^\.\//, ""),
    passed: tests.length - failed.length - ignored,
    failures: failed,
    ignored,
    ms: all.reduce((sum, { name, time }) => name.includes(" > ") ? sum : sum + time * 1000, 0),
  };
}

export function rowsOfJunit(xml: string): Row[] {
  return report.parse(parser.parse(xml)).testsuites.testsuite.map(({ name, testcase }) =>
    rowOf(name, testcase)
  );
}
