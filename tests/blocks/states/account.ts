import type { Page } from "playwright-core";
import type { Entry, Job } from "@farthing/client";
import type { State } from "../state.ts";

const entry = (seq: number, kind: Entry["kind"], amount: string, balance_after: string): Entry => ({
  id: `entry-${seq}`,
  seq,
  kind,
  amount,
  balance_after,
  author: "owner",
  correlation_id: null,
  created_at: "2026-11-24T09:00:00Z",
  event_at: "2026-11-24T09:00:00Z",
  lot_id: null,
  metadata: null,
  reference_id: null,
  reference_type: null,
  transaction_id: `transaction-${seq}`,
});

export const ENTRIES: Entry[] = [
  entry(4, "settle", "-2.78", "10947.22"),
  entry(3, "usage", "-50", "10950"),
  entry(2, "bonus", "1000", "11000"),
  entry(1, "purchase", "10000", "10000"),
];

export const OLDER = entry(0, "promotion", "25", "25");

const job = (change: Partial<Job>): Job => ({
  job_id: "job-1",
  type: "research",
  status: "processing",
  progress: 40,
  attempts: 1,
  checkpoints: [
    { at: "2026-11-24T09:00:00Z", credits: "12.5", step: "Read the sources" },
    { at: "2026-11-24T09:00:05Z", credits: "8", step: "Write the outline" },
  ],
  client_temp_id: null,
  completed_at: null,
  created_at: "2026-11-24T09:00:00Z",
  error: null,
  expires_at: "2026-11-25T09:00:00Z",
  started_at: "2026-11-24T09:00:00Z",
  ...change,
});

const MANY = ["1", "2", "3", "4", "5"].map((step) => ({
  at: `2026-11-24T09:00:0${step}Z`,
  credits: "0.1",
  step: `Question ${step}`,
}));

export const RUNNING = { data: job({}) };
export const CANCELLED = { data: job({ status: "cancelled" }) };

const FORBIDDEN = { status: 403, code: "forbidden" };
const failure = { code: "upstream", message: "The model gave no answer." };

const history = (name: string, answer: State["answers"][string], shows: string): State => ({
  block: "history",
  name,
  answers: { "GET credits/entries": answer },
  shows,
});
const progress = (name: string, answer: State["answers"][string], shows: string): State => ({
  block: "job-progress",
  name,
  answers: { "GET jobs/job-1": answer },
  shows,
});
const visitor = (block: string): State => ({
  ...{ block, name: "signed-out", search: "&user=none", answers: {} },
  shows: "Sign in required",
});

async function enter(page: Page, button: string): Promise<void> {
  await page.getByLabel("Email").fill("ann@example.com");
  await page.getByLabel("Password").fill("secret-1");
  await page.getByRole("button", { name: button }).click();
}

const signIn = (name: string, shows: string, button?: string): State => ({
  ...{ block: "sign-in", name, search: "&user=none", answers: {}, shows },
  ...button !== undefined && { act: (page) => enter(page, button) },
});

export const account: State[] = [
  signIn("empty", "Sign up"),
  signIn("refused", "Invalid login credentials", "Sign in"),
  signIn("unconfirmed", "Open the link", "Sign up"),
  history("ready", { data: ENTRIES, nextCursor: "older" }, "Show more"),
  history("later-kind", { data: [{ ...OLDER, kind: "gift" as Entry["kind"] }] }, "gift"),
  history("empty", { data: [] }, "Nothing yet"),
  history("loading", "never", "History"),
  history("unknown", FORBIDDEN, "The history is unknown"),
  {
    ...history("older-unknown", [{ data: ENTRIES, nextCursor: "older" }, FORBIDDEN], "is unknown"),
    act: (page) => page.getByRole("button", { name: "Show more" }).click(),
  },
  visitor("history"),
  progress("loading", "never", "Loading"),
  progress("queued", { data: job({ status: "queued", progress: 0, checkpoints: [] }) }, "Waiting"),
  progress("processing", RUNNING, "In progress"),
  progress("completed", { data: job({ status: "completed", progress: 100 }) }, "Download"),
  progress("many-steps", { data: job({ checkpoints: MANY }) }, "The last 3 of 5 steps"),
  progress("failed", { data: job({ status: "failed", error: failure }) }, failure.message),
  progress("cancelled", CANCELLED, "Cancelled"),
  progress("unknown", FORBIDDEN, "The progress is unknown"),
  {
    block: "job-progress",
    name: "cancelling",
    answers: { "GET jobs/job-1": RUNNING, "DELETE jobs/job-1": "never" },
    act: (page) => page.getByRole("button", { name: "Cancel" }).click(),
    shows: "the current step is finished first",
  },
  visitor("job-progress"),
];
