/** How the console formats times, money, credits and shares. Times are UTC, as in the reports. */
import { formatCredits } from "@/lib/farthing-format";
import { moneyOf } from "./decimal-units.ts";

const MOMENT = new Intl.DateTimeFormat("en", {
  dateStyle: "medium",
  timeStyle: "medium",
  hourCycle: "h23",
  timeZone: "UTC",
});

/** Stands for a value that the API returned as null. */
export const None = () => <span className="text-muted-foreground">none</span>;

interface MomentProps {
  readonly at: string | null | undefined;
}

/** A time to the second, in UTC. */
export function Moment({ at }: MomentProps) {
  if (!at) return <None />;
  return (
    <time dateTime={at} className="whitespace-nowrap">{`${MOMENT.format(new Date(at))} UTC`}</time>
  );
}

/** Credits with all digits. If `signed` is set, as for a change of a balance, the sign is shown. */
export function Credits(
  { of, signed = false }: { readonly of: string; readonly signed?: boolean },
) {
  const plus = signed && !of.startsWith("-") ? "+" : "";
  return <span className="tabular-nums">{`${plus}${formatCredits(of)}`}</span>;
}

interface MoneyProps {
  /** An amount in the minor unit of the currency. */
  readonly of: number | null | undefined;
  readonly currency: string | null | undefined;
}

export function Money({ of, currency }: MoneyProps) {
  if (of === null || of === undefined || !currency) return <None />;
  return <span className="whitespace-nowrap tabular-nums">{moneyOf(String(of), currency)}</span>;
}

/** An id in full, so that it can be copied and searched for. */
export function Id({ of }: { readonly of: string | null | undefined }) {
  if (!of) return <None />;
  return <code className="text-xs break-all">{of}</code>;
}
