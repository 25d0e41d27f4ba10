import type { ReactNode } from "react";

interface FactsProps {
  /** The values by their names. */
  readonly facts: Readonly<Record<string, ReactNode>>;
}

/** A list of names and values that describe one thing. */
export function Facts({ facts }: FactsProps) {
  return (
    <dl className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,11rem),1fr))] gap-x-6 gap-y-3">
      {Object.entries(facts).map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="text-sm text-muted-foreground">{name}</dt>
          <dd className="mt-0.5 font-medium break-words [&_time]:whitespace-normal">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
