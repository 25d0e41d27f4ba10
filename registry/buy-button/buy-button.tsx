"use client";

import type { ComponentProps } from "react";
import { useBuy } from "@farthing/react";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/utils";

interface BuyButtonProps extends Omit<ComponentProps<typeof Button>, "onClick" | "type"> {
  /** The slug or id of the package. */
  readonly package: string;
  readonly currency?: string | undefined;
  /** Opens your sign-in. Without this function, a visitor's button only says "Sign in required". */
  readonly onSignIn?: (() => void) | undefined;
}

/**
 * Opens Stripe's checkout for a package. The component `PurchaseStatus` shows how the payment ends.
 */
export function BuyButton(
  { package: slug, currency, onSignIn, children = "Buy credits", className, ...props }:
    BuyButtonProps,
) {
  const { status, buy, error } = useBuy();
  const isVisitor = status === "signed_out";
  const isBusy = status === "opening" || status === "leaving";
  const isOff = isBusy || (isVisitor && onSignIn === undefined);
  const press = () => {
    if (isOff) return;
    if (isVisitor) onSignIn?.();
    else buy({ package: slug, currency });
  };
  return (
    <div className={cn("grid gap-2", className as string)}>
      <Button {...props} aria-disabled={isOff} onClick={press}>
        {isBusy ? "Opening the checkout…" : isVisitor ? "Sign in required" : children}
      </Button>
      {status === "error" && (
        <p role="alert" className="text-sm text-destructive">
          The checkout did not open. {error?.message}
        </p>
      )}
    </div>
  );
}
