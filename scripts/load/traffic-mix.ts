/**
 * The actions of the load test. For each action: its share of all actions, and its requests.
 * docs/reference/load.md lists the same shares.
 */
import type { Person } from "./people.ts";

/** One request, with its route for the statistics and the statuses that count as success. */
export interface Ask {
  readonly route: string;
  readonly path: string;
  readonly method: "GET" | "POST";
  /** The sender of the request: the person, or the app's back end with the secret key. */
  readonly by: "person" | "back end";
  readonly good: readonly number[];
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Record<string, unknown>;
}

/** Sends a request. Returns undefined if there was no successful answer. */
export type Call = (ask: Ask) => Promise<Got | undefined>;

export interface Doing {
  readonly name: string;
  /** How many of every hundred actions are of this kind. */
  readonly share: number;
  /** The number of requests that the action makes. */
  readonly requests: number;
  run(person: Person, call: Call): Promise<unknown>;
}

const MODEL = "gpt-4o-mini";

const balance: Ask = {
  ...{ route: "GET /credits", path: "credits", method: "GET", by: "person" },
  good: [200],
};

const usage = (person: Person): Ask => ({
  ...{ route: "POST /usage", path: "usage", method: "POST", by: "back end" },
  good: [201],
  body: {
    event_id: crypto.randomUUID(),
    user_id: person.id,
    model: MODEL,
    input_tokens: 1_200,
    output_tokens: 300,
  },
});

async function holdAndSettle(person: Person, call: Call): Promise<void> {
  const opened = await call({
    ...{ route: "POST /credits/holds", path: "credits/holds", method: "POST", by: "back end" },
    good: [201],
    body: { user_id: person.id, amount: "3" },
  });
  if (!opened) return;
  await call({
    route: "POST /credits/holds/{id}/settle",
    path: `credits/holds/${opened.data.hold_id}/settle`,
    ...{ method: "POST", by: "back end" },
    good: [200],
    body: { amount: "2" },
  });
}

const checkout = (packageId: string): Ask => ({
  ...{ route: "POST /checkout", path: "checkout", method: "POST", by: "person" },
  good: [201],
  body: { package_id: packageId },
});

async function startJob(person: Person, call: Call): Promise<void> {
  const started = await call({
    ...{ route: "POST /jobs", path: "jobs", method: "POST", by: "person" },
    good: [202],
    body: { type: "ledger_export", input: {} },
  });
  if (started) person.jobs.push({ id: String(started.data.job_id), etag: "" });
}

/** Polls the person's newest job again, as a browser does. If there is no job, starts one. */
async function pollJob(person: Person, call: Call): Promise<void> {
  const job = person.jobs.at(-1);
  if (!job) return await startJob(person, call);
  const seen = await call({
    ...{ route: "GET /jobs/{id}", path: `jobs/${job.id}`, method: "GET", by: "person" },
    good: [200, 304],
    headers: job.etag === "" ? {} : { "if-none-match": job.etag },
  });
  job.etag = seen?.headers.get("etag") ?? job.etag;
}

/** @param packageId the package that people buy */
export function mixOf(packageId: string): Doing[] {
  return [
    { name: "balance", share: 45, requests: 1, run: (_, call) => call(balance) },
    { name: "usage", share: 25, requests: 1, run: (person, call) => call(usage(person)) },
    { name: "hold and settle", share: 10, requests: 2, run: holdAndSettle },
    { name: "poll a job", share: 17, requests: 1, run: pollJob },
    { name: "start a job", share: 1, requests: 1, run: startJob },
    { name: "checkout", share: 2, requests: 1, run: (_, call) => call(checkout(packageId)) },
  ];
}

/** Returns the average number of requests of an action. */
export function requestsPerDoing(mix: readonly Doing[]): number {
  const shares = mix.reduce((sum, { share }) => sum + share, 0);
  return mix.reduce((sum, { share, requests }) => sum + share * requests, 0) / shares;
}

/** @param random a number from 0 to below 1 */
export function pick(mix: readonly Doing[], random: number): Doing {
  const shares = mix.reduce((sum, { share }) => sum + share, 0);
  let left = random * shares;
  const found = mix.find(({ share }) => (left -= share) < 0);
  return found ?? mix.at(-1)!;
}
