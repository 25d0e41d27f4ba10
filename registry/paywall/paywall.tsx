"use client";

import { useState } from "react";
import { usePackages } from "@farthing/react";
import { BuyButton } from "@/components/farthing/buy-button";
import { isAboutCredits, SignInRequired, Trouble } from "@/components/farthing/trouble";
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogHeader,
  DialogTitle,
} from "@/components/ui/dialog";
import { Skeleton } from "@/components/ui/skeleton";
import { formatCredits, formatMoney, priceOf } from "@/lib/farthing-format";

interface Words {
  readonly title: string;
  readonly text: string;
  /** Whether the user can solve the problem by buying credits. */
  readonly sells: boolean;
}

/** Returns the dialog's words; undefined if the error is not about credits. */
function wordsOf(error: unknown): Words | undefined {
  if (!isAboutCredits(error)) return undefined;
  const { required, available } = error.details ?? {};
  if (error.code === "spend_cap_reached") {
    const text = "Your daily limit leaves too few credits. It resets at midnight, UTC.";
    return { title: "Daily limit reached", text, sells: false };
  }
  const text = typeof required === "string" && typeof available === "string"
    ? `This needs ${formatCredits(required)} credits, and ${
      formatCredits(available)
    } are available.`
    : "This needs more credits than are available.";
  return { title: "Not enough credits", text, sells: true };
}

function Offers({ currency }: { currency: string | undefined }) {
  const packages = usePackages();
  if (packages.status === "signed_out") return <SignInRequired />;
  const shown = packages.status === "ready"
    ? packages.data
    : packages.status === "unknown"
    ? packages.last
    : undefined;
  if (shown === undefined && packages.status === "unknown") {
    const { error, retry } = packages;
    return <Trouble title="The prices could not be read" error={error} retry={retry} />;
  }
  if (shown === undefined) {
    return <Skeleton className="h-32" role="status" aria-label="Loading the prices" />;
  }
  return (
    <ul className="grid divide-y rounded-lg border">
      {shown.map((sold) => {
        const price = priceOf(sold, currency);
        return (
          <li key={sold.id} className="flex items-center justify-between gap-4 p-3">
            <div className="grid text-sm">
              <span className="font-medium">{sold.name}</span>
              <span className="text-muted-foreground">
                {formatCredits(sold.total_credits)} credits
              </span>
            </div>
            <BuyButton size="sm" package={sold.slug} currency={price.currency}>
              <span>
                <span className="sr-only">Buy {sold.name} for</span>
                {formatMoney(price.amount, price.currency)}
              </span>
            </BuyButton>
          </li>
        );
      })}
    </ul>
  );
}

interface PaywallProps {
  /** The error of your call. Nothing is shown if it is not about credits. */
  readonly error: unknown;
  readonly currency?: string | undefined;
  readonly onClose?: (() => void) | undefined;
}

/**
 * Explains a 402 response in a dialog, and offers credits for sale if more credits solve the
 * problem.
 */
export function Paywall({ error, currency, onClose }: PaywallProps) {
  const words = wordsOf(error);
  const [closed, setClosed] = useState<unknown>();
  const change = (isOpen: boolean) => {
    if (isOpen) return;
    setClosed(error);
    onClose?.();
  };
  return (
    <Dialog open={words !== undefined && closed !== error} onOpenChange={change}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>{words?.title}</DialogTitle>
          <DialogDescription>{words?.text}</DialogDescription>
        </DialogHeader>
        {words?.sells && <Offers currency={currency} />}
      </DialogContent>
    </Dialog>
  );
}
