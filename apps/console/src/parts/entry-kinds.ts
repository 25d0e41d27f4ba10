/** The kinds of changes of a balance, in words. */
import type { Entry } from "@farthing/client";

/** A later version of the service may have more kinds. */
const KIND_WORDS:
  & Readonly<Partial<Record<string, string>>>
  & Record<Entry["kind"], string> = {
    purchase: "Purchase",
    bonus: "Bonus",
    promotion: "Gift",
    adjustment: "Correction",
    debit: "Charge",
    usage: "Usage",
    settle: "Finished work",
    expiry: "Expired",
    clawback: "Taken back",
    reinstatement: "Given back",
  };

/** All kinds, for a filter. */
export const KINDS: readonly string[] = Object.keys(KIND_WORDS);

export const kindWordsOf = (kind: string): string => KIND_WORDS[kind] ?? kind;
