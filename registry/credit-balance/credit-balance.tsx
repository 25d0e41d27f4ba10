"use client";

import type { ReactNode } from "react";
import type { CurrentBalance } from "@farthing/client";
import { useCredits } from "@farthing/react";
import { SignInRequired, Trouble } from "@/components/farthing/trouble";
import { Card, CardAction, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { formatCredits, formatDay, formatMoment } from "@/lib/farthing-format";

const DAY_MS = 86_400_000;

interface Line {
  readonly id: string;
  readonly amount: string;
  readonly meaning: string;
}

/** Returns the lines below the available credits: what is held, owed, frozen, or expires soon. */
function linesOf({ held, debt, lots, as_of }: CurrentBalance, soonDays: number): Line[] {
  const lines: Line[] = [];
  const add = (id: string, amount: string, meaning: string) =>
    lines.push({ id, amount: formatCredits(amount), meaning });
  const soon = Date.parse(as_of) + soonDays * DAY_MS;
  if (Number(held) > 0) add("held", held, "held for work in progress");
  for (const { id, remaining, frozen, expires_at } of lots) {
    if (Number(remaining) <= 0) continue;
    if (frozen) add(id, remaining, "frozen until their payment is clear");
    else if (expires_at !== null && Date.parse(expires_at) < soon) {
      add(id, remaining, `expire on ${formatDay(expires_at)}`);
    }
  }
  if (Number(debt) > 0) add("debt", debt, "owed; your next credits pay them");
  return lines;
}

function Balance({ balance, soonDays }: { balance: CurrentBalance; soonDays: number }) {
  const lines = linesOf(balance, soonDays);
  return (
    <>
      <p role="status">
        <Figure>{formatCredits(balance.available)}</Figure>{" "}
        <span className="text-sm text-muted-foreground">available</span>
      </p>
      {lines.length > 0 && (
        <ul className="mt-5 grid grid-cols-[auto_1fr] gap-x-3 gap-y-2 border-t pt-4 text-sm">
          {lines.map(({ id, amount, meaning }) => (
            <li key={id} className="col-span-2 grid grid-cols-subgrid">
              <span className="text-right font-medium tabular-nums">{amount}</span>
              <span className="text-muted-foreground">{meaning}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Figure({ children }: { children: ReactNode }) {
  return <span className="text-4xl font-semibold tracking-tight tabular-nums">{children}</span>;
}

function Content({ soonDays }: { soonDays: number }) {
  const credits = useCredits();
  switch (credits.status) {
    case "loading":
      return <Skeleton className="h-10 w-32" role="status" aria-label="Loading the balance" />;
    case "signed_out":
      return <SignInRequired />;
    case "ready":
      return <Balance balance={credits.data} soonDays={soonDays} />;
    case "paying":
      return (
        <p role="status" className="grid gap-1">
          <Figure>Paying…</Figure>
          <span className="text-sm text-muted-foreground">
            Your credits arrive here as soon as the payment has.
          </span>
        </p>
      );
    case "unknown":
      return (
        <Trouble title="Your balance is unknown" error={credits.error} retry={credits.retry}>
          {credits.last && (
            <p>
              It was {formatCredits(credits.last.available)} on {formatMoment(credits.last.as_of)}.
            </p>
          )}
        </Trouble>
      );
  }
}

/** The user's credits. `action` is shown beside the title, for example a `BuyButton`. */
export function CreditBalance(
  { action, soonDays = 30 }: { action?: ReactNode; soonDays?: number },
) {
  return (
    <Card>
      <CardHeader>
        <CardTitle>
          <h2>Credits</h2>
        </CardTitle>
        {action !== undefined && <CardAction>{action}</CardAction>}
      </CardHeader>
      <CardContent>
        <Content soonDays={soonDays} />
      </CardContent>
    </Card>
  );
}
