import { Facts } from "../../parts/facts.tsx";

const textOf = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** The stored facts of an event, by the names in the inbox. Amounts are in the minor unit. */
export function StoredFacts(
  { facts }: { readonly facts: Readonly<Record<string, unknown>> },
) {
  const known = Object.entries(facts).filter(([, value]) => value !== null);
  if (known.length === 0) {
    return (
      <p className="text-sm text-muted-foreground">
        None: Farthing does not use this type of event, so it stores nothing of it.
      </p>
    );
  }
  const shown = known.map(([name, value]) => [
    name,
    <code key={name} className="text-xs break-all">{textOf(value)}</code>,
  ]);
  return <Facts facts={Object.fromEntries(shown)} />;
}
