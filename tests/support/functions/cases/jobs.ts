/** The routes of jobs, each with a request that succeeds. */
import { JOB_ID } from "../samples/jobs.ts";
import type { RouteCase } from "./routes.ts";

const PERSON = ["user", "operator"] as const;
const ANYONE_KNOWN = [...PERSON, "secret"] as const;

const read = { method: "GET", allowed: ANYONE_KNOWN, as: "user", status: 200 } as const;

export const JOB_CASES: readonly RouteCase[] = [
  {
    method: "POST",
    path: "/jobs",
    allowed: ANYONE_KNOWN,
    as: "user",
    isIdempotent: true,
    hasLargeBody: true,
    status: 202,
    body: { type: "research", input: { query: "What is a farthing?" } },
    reaches: ["jobs_create"],
  },
  { ...read, path: "/jobs", reaches: ["jobs_list"] },
  {
    ...read,
    path: "/jobs/dead",
    allowed: ["operator", "secret"],
    as: "operator",
    reaches: ["jobs_dead"],
  },
  { ...read, path: `/jobs/${JOB_ID}`, reaches: ["jobs_read"] },
  {
    ...read,
    method: "DELETE",
    path: `/jobs/${JOB_ID}`,
    reaches: ["jobs_read", "jobs_cancel"],
  },
  { ...read, path: `/jobs/${JOB_ID}/file`, isFile: true, reaches: ["jobs_pages"] },
  {
    method: "POST",
    path: "/job-runner",
    allowed: ["secret"],
    as: "secret",
    status: 200,
    reaches: ["jobs_claim"],
  },
  {
    method: "POST",
    path: "/ai/research",
    allowed: PERSON,
    as: "user",
    isIdempotent: true,
    status: 202,
    body: { query: "What is a farthing?" },
    reaches: ["jobs_create"],
  },
];
