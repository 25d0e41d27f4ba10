/** Reads the options of a load test. */
import { parseArgs } from "node:util";
import { taskArguments } from "@farthing/command-line";
import { DemoError } from "../demo/shared/service.ts";

/**
 * The expected requests per second on an ordinary day. docs/reference/load.md explains the number.
 */
const EXPECTED_RATE = 20;
const TIMES = 10;
const MAX_RATE = 5_000;
const MAX_SECONDS = 3_600;
/**
 * The requests per second of each person: more than a real person sends, but fewer than a user's
 * rate limit allows.
 */
const REQUESTS_PER_PERSON = 2;

export const USAGE = `Usage: deno task load [--rate N] [--seconds S] [--people N] [--env-file FILE]

Calls the service at ten times the expected traffic, without waiting for answers: balances, usage,
holds and settlements, checkouts, jobs and polls, from many signed-in people. Prints each route's
times, the failures and the limiter's refusals, and proves the ledger.

  --rate      requests per second (default ${EXPECTED_RATE * TIMES}; ${EXPECTED_RATE} are expected)
  --seconds   the duration (default 30)
  --people    the number of callers (default: one for every ${REQUESTS_PER_PERSON} requests per second)
  --env-file  a stack's env file (default: the running stack, or else a new one)

The exit code is 1 when a request failed or the proof finds a violation. A refusal by the limiter is
not a failure.`;

export interface Options {
  rate: number;
  seconds: number;
  people: number;
  envFile: string | undefined;
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
  throw new DemoError(`--${name} must be a whole number from 1 to ${most}, not "${text}".`);
}

/**
 * Returns undefined if the user asked for help.
 * @throws DemoError that names the invalid option
 */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: taskArguments(args),
    options: {
      rate: { type: "string", default: String(EXPECTED_RATE * TIMES) },
      seconds: { type: "string", default: "30" },
      people: { type: "string" },
      "env-file": { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return undefined;
  const rate = wholeNumber("rate", values.rate, MAX_RATE);
  const people = values.people ?? String(Math.ceil(rate / REQUESTS_PER_PERSON));
  return {
    rate,
    seconds: wholeNumber("seconds", values.seconds, MAX_SECONDS),
    people: wholeNumber("people", people, MAX_RATE),
    envFile: values["env-file"],
  };
}
