import type { DemoResult } from "@farthing/local-stack";
import type { Check } from "./check.ts";
import type { Service } from "./service.ts";

/** The findings of a demo. */
export interface Found {
  /** The command that ran the demo. */
  command: string;
  checks: Check[];
  violations: string[];
}

/**
 * Returns the result in the form that the stack needs to show it on its first page (the path `/`).
 */
export function resultOf({ command, checks, violations }: Found, endedAt: Date): DemoResult {
  return {
    command,
    ended_at: endedAt.toISOString(),
    figures: checks.map((each) => ({ ...each, name: each.name.trim() })),
    violations: violations.length,
  };
}

/**
 * Sends the result to the stack. A stack of another kind, such as Supabase's in Docker, has no
 * first page and answers 404. The demo does not fail then.
 *
 * @throws if Farthing's local stack refuses the result
 */
export async function sendResult({ url, secretKey }: Service, found: Found): Promise<void> {
  const response = await fetch(`${url}/stack/demo`, {
    method: "PUT",
    headers: { apikey: secretKey, "content-type": "application/json" },
    body: JSON.stringify(resultOf(found, new Date())),
  });
  const text = await response.text();
  if (!response.ok && response.status !== 404) {
    throw new Error(`PUT /stack/demo answered ${response.status}: ${text}`);
  }
}
