import { Badge } from "@/components/ui/badge";
import { wordsOf } from "./api-names.ts";

type Tone = "good" | "open" | "bad" | "over";

const TONES: Readonly<Partial<Record<string, Tone>>> = {
  ...{ applied: "good", paid: "good", sent: "good", succeeded: "good", completed: "good" },
  ...{ settled: "good", resolved: "good", confirmed: "good", on: "good", cleared: "good" },
  ...{ active: "good", reconciled: "good", ok: "good", matched: "good" },
  ...{ processed: "good", proved: "good", deferred: "open", in_progress: "open" },
  ...{ mismatched: "bad", violated: "bad" },
  ...{ pending: "open", processing: "open", queued: "open", received: "open", open: "open" },
  ...{ acknowledged: "open", waiting: "open", sending: "open", charging: "open" },
  ...{ dead: "bad", failed: "bad", critical: "bad", disputed: "bad", uncertain: "bad" },
  ...{ agrees: "good", differs: "bad", within: "good", below: "bad" },
  ...{ burns: "bad", overspent: "bad" },
  ...{ mismatch: "bad", paused: "bad", lost: "bad", warning: "bad" },
  ...{ granted: "good", won: "good", allow: "good", refuse: "bad", refused: "bad", flag: "bad" },
  ...{ requires_action: "open", needs_response: "bad", under_review: "open" },
};

/** A sign for each tone, because colour alone says nothing to many people. */
const SIGNS: Readonly<Record<Tone, string>> = { good: "✓", open: "…", bad: "!", over: "–" };

const LOOKS = { good: "secondary", open: "outline", bad: "destructive", over: "outline" } as const;

/** A state of an order, an event, a job and so on, by the name that the API gives it. */
export function StateBadge({ state }: { readonly state: string }) {
  const tone = TONES[state] ?? "over";
  return (
    <Badge variant={LOOKS[tone]} className="gap-1 whitespace-nowrap">
      <span aria-hidden>{SIGNS[tone]}</span>
      {wordsOf(state)}
    </Badge>
  );
}
