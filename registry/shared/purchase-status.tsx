"use client";

import { useBuy } from "@farthing/react";
import { Trouble } from "@/components/farthing/trouble";
import { Alert, AlertDescription, AlertTitle } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { formatCredits } from "@/lib/farthing-format";

interface Ended {
  readonly title: string;
  readonly text: string;
}

function endOf(status: string, credits: string | undefined): Ended | undefined {
  switch (status) {
    case "paid":
      return {
        title: "Thank you",
        text: credits === undefined
          ? "Your credits have been added."
          : `${formatCredits(credits)} credits are yours.`,
      };
    case "failed":
      return { title: "The payment failed", text: "You can try again with another card." };
    case "expired":
      return { title: "The checkout has expired", text: "You can open a new one." };
  }
}

/** Shows how the purchase ends. Render it once, on the page to which Stripe returns the buyer. */
export function PurchaseStatus() {
  const { status, order, error, retry, reset } = useBuy();
  const ended = endOf(status, order?.total_credits);
  if (status === "unknown") {
    return (
      <Trouble title="Your purchase is not confirmed yet" error={error} retry={retry}>
        <p>A bank transfer can take days. Your credits arrive by themselves.</p>
      </Trouble>
    );
  }
  if (status !== "paying" && ended === undefined) return null;
  return (
    <Alert role="status">
      <AlertTitle>{ended?.title ?? "Paying…"}</AlertTitle>
      <AlertDescription>
        <p>{ended?.text ?? "We are waiting for the confirmation of your payment."}</p>
        {ended !== undefined && (
          <Button variant="outline" size="sm" className="text-foreground" onClick={reset}>
            Close
          </Button>
        )}
      </AlertDescription>
    </Alert>
  );
}
