import type { ReactNode } from "react";
import { Facts } from "../../parts/facts.tsx";
import { Moment, Money } from "../../parts/figures.tsx";
import { titleOf } from "../../parts/api-names.ts";

type Stored = Readonly<Record<string, unknown>>;

/** Clearer names for those facts of an event whose own names say too little. */
const NAMES: Readonly<Partial<Record<string, string>>> = {
  mark: "Mark of the installation",
};

/**
 * Whether a fact is an amount of money. Amounts are in the minor unit of the event's `currency`.
 */
const isMoney = (name: string) => name === "fee" || name === "net" || /^amount(_|$)/.test(name);

/** Whether a fact is a time. Stripe sends times in seconds since 1970. */
const isTime = (name: string) => /_(at|by|on)$/.test(name);

function written(name: string, value: unknown, { currency }: Stored): ReactNode {
  if (typeof value === "number" && isMoney(name) && typeof currency === "string") {
    return <Money of={value} currency={currency} />;
  }
  if (typeof value === "number" && isTime(name)) {
    return <Moment at={new Date(value * 1000).toISOString()} />;
  }
  if (typeof value === "boolean") return value ? "yes" : "no";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return <code className="text-xs break-all">{text}</code>;
}

export function StoredFacts({ facts }: { readonly facts: Stored }) {
  const known = Object.entries(facts).filter(([, value]) => value !== null);
  if (known.length === 0) {
    return (
      <p className="text-sm text-muted-foreground">
        None: Farthing does not use this type of event, so it stores none of its facts.
      </p>
    );
  }
  const shown = known.map(([name, value]) => [
    NAMES[name] ?? titleOf(name),
    written(name, value, facts),
  ]);
  return <Facts facts={Object.fromEntries(shown)} />;
}
