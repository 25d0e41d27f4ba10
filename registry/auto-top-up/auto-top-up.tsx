"use client";

import type { TopUps } from "@farthing/client";
import { type AutoTopUpState, useAutoTopUp } from "@farthing/react";
import { TopUpTermsForm } from "@/components/farthing/top-up-terms";
import { SignInRequired, Trouble } from "@/components/farthing/trouble";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardAction, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { formatCredits, formatMoney } from "@/lib/farthing-format";

const STATES: Readonly<Record<TopUps["state"], string>> = {
  off: "Off",
  card_missing: "Card missing",
  on: "On",
  charging: "Charging…",
  authentication_required: "Confirmation needed",
  paused: "Paused",
};

const PAUSES: Readonly<Record<NonNullable<TopUps["paused"]>, string>> = {
  failures: "Three charges failed. Save another card, or agree to the terms again.",
  card_gone: "The card is gone. Save another one.",
  refunded: "A charge was refunded. Agree to the terms again to go on.",
};

function SavedCard({ topUps, change }: { topUps: TopUps; change: AutoTopUpState }) {
  const { card } = topUps;
  const { isChanging, isSavingCard, saveCard, removeCard } = change;
  if (card === null && isSavingCard) {
    return <p role="status" className="text-sm">Your card is being saved…</p>;
  }
  if (card === null) {
    return (
      <Button onClick={() => isChanging || saveCard()} aria-disabled={isChanging}>
        Save a card
      </Button>
    );
  }
  const { brand, last4, exp_month, exp_year } = card;
  return (
    <div className="flex flex-wrap items-center justify-between gap-2 text-sm">
      <p>
        <span className="font-medium capitalize">{brand ?? "Card"}</span> ending in {last4 ?? "?"}
        {exp_month !== null && (
          <span className="text-muted-foreground">, valid until {exp_month}/{exp_year}</span>
        )}
      </p>
      <Button
        variant="outline"
        size="sm"
        onClick={() => isChanging || removeCard()}
        aria-disabled={isChanging}
      >
        Remove<span className="sr-only">the card</span>
      </Button>
    </div>
  );
}

/** Shows the charges, and what the user must do: confirm a charge, or resume paused top-ups. */
function News({ topUps }: { topUps: TopUps }) {
  const { link, paused, pending_charge: pending, monthly_cap, charged_this_month, currency } =
    topUps;
  return (
    <div className="grid gap-2 text-sm text-muted-foreground empty:hidden">
      {link !== null && (
        <p>
          Your bank asks you to confirm a charge.{" "}
          <a href={link} className="font-medium text-foreground underline underline-offset-4">
            Confirm it
          </a>
        </p>
      )}
      {paused !== null && <p>{PAUSES[paused]}</p>}
      {pending !== null && (
        <p>
          {formatMoney(pending.amount, pending.currency)} for {formatCredits(pending.credits)}{" "}
          credits is being charged.
        </p>
      )}
      {monthly_cap !== null && (
        <p>
          {formatMoney(charged_this_month, currency)} of {formatMoney(monthly_cap, currency)}{" "}
          were charged this month.
        </p>
      )}
    </div>
  );
}

function Content({ state }: { state: AutoTopUpState }) {
  switch (state.status) {
    case "loading":
      return <Skeleton className="h-48" role="status" aria-label="Loading the top-ups" />;
    case "signed_out":
      return <SignInRequired />;
    case "unknown":
      return <Trouble title="The top-ups are unknown" error={state.error} retry={state.retry} />;
    case "ready": {
      const { data: topUps, isChanging, turnOn, turnOff, changeError } = state;
      return (
        <div className="grid gap-5">
          <p className="text-sm">Your card buys credits by itself when few are left.</p>
          <News topUps={topUps} />
          <SavedCard topUps={topUps} change={state} />
          {topUps.card !== null && (
            <TopUpTermsForm topUps={topUps} isBusy={isChanging} onAgree={turnOn} />
          )}
          {topUps.enabled && (
            <Button
              variant="outline"
              onClick={() => isChanging || turnOff()}
              aria-disabled={isChanging}
            >
              Turn off
            </Button>
          )}
          {changeError !== null && <Trouble title="Nothing was changed" error={changeError} />}
        </div>
      );
    }
  }
}

/** Automatic top-ups: the card, the terms, and what the user must do. */
export function AutoTopUp() {
  const state = useAutoTopUp();
  return (
    <Card className="@container">
      <CardHeader>
        <CardTitle>
          <h2>Automatic top-ups</h2>
        </CardTitle>
        {state.status === "ready" && (
          <CardAction>
            <Badge role="status" variant={state.data.state === "on" ? "default" : "outline"}>
              {STATES[state.data.state]}
            </Badge>
          </CardAction>
        )}
      </CardHeader>
      <CardContent>
        <Content state={state} />
      </CardContent>
    </Card>
  );
}
