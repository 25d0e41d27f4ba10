/** Farthing's part of the first page of the local stack, which is at the path `/`. */
import type { Access, Proof, Welcome } from "@farthing/local-stack";
import { apiSamples } from "./api-page/samples.ts";

const TIMEOUT_MS = 3_000;

interface Run {
  outcome: "proved" | "violated" | "failed";
  scope: "whole" | "incremental";
  is_done: boolean;
  violations: number | null;
  detail: string;
  started_at: string;
  duration_ms: number;
}

const SCOPES = { whole: "every entry", incremental: "the entries since the run before" };

/** Says what a run of the proof has found. */
export function describeRun(run: Run | undefined): Proof {
  if (run === undefined) {
    const detail = "The scheduler runs the proof within ten minutes of the start.";
    return { state: "unknown", summary: "The ledger has not been proved yet.", detail };
  }
  const { outcome, scope, is_done, violations, started_at, duration_ms } = run;
  const when = `${started_at.slice(0, 16).replace("T", " ")} UTC`;
  const read = `${is_done ? "" : "A part of "}${SCOPES[scope]}, ${when}, ${duration_ms} ms.`;
  const detail = read[0]!.toUpperCase() + read.slice(1);
  if (outcome === "proved") {
    return { state: "good", summary: "The ledger's rules hold.", detail };
  }
  if (outcome === "violated") {
    const summary = `The ledger breaks its rules: ${violations} violations.`;
    return { state: "bad", summary, detail: `${run.detail}. ${detail}` };
  }
  return { state: "bad", summary: "The proof could not run.", detail: `${run.detail}. ${detail}` };
}

async function readProof({ url, secretKey }: Access): Promise<Proof> {
  const response = await fetch(`${url}/functions/v1/proofs?limit=1`, {
    headers: { apikey: secretKey },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(body.error?.message ?? `GET /proofs: ${response.status}`);
  return describeRun(body.data[0]);
}

export const WELCOME: Welcome = {
  name: "Farthing",
  about: "Prepaid credits for apps on Supabase, on this machine.",
  documents: [
    { path: "docs/tutorial.md", about: "The first sale, the first charge and the first refund." },
    { path: "docs/README.md", about: "The map of all documents." },
  ],
  firstRequest: ({ url, publishableKey }) =>
    `curl ${url}/functions/v1/checkout/packages -H 'apikey: ${publishableKey}'`,
  samples: apiSamples,
  demo: "npx -y deno@2.9.6 task demo",
  readProof,
};
