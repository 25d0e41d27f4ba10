"use client";

import type { ReactNode } from "react";
import type { Package } from "@farthing/client";
import { usePackages } from "@farthing/react";
import { BuyButton } from "@/components/farthing/buy-button";
import { PurchaseStatus } from "@/components/farthing/purchase-status";
import { SignInRequired, Trouble } from "@/components/farthing/trouble";
import { Badge } from "@/components/ui/badge";
import {
  Card,
  CardAction,
  CardContent,
  CardDescription,
  CardFooter,
  CardHeader,
  CardTitle,
} from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import { formatCredits, formatMoney, priceOf } from "@/lib/farthing-format";
import { cn } from "@/lib/utils";

interface PricingTableProps {
  /**
   * The currency to show and charge. A package without a price in this currency is sold at its
   * first price.
   */
  readonly currency?: string | undefined;
  readonly onSignIn?: (() => void) | undefined;
}

function Offer({ sold, currency, onSignIn }: PricingTableProps & { sold: Package }) {
  const price = priceOf(sold, currency);
  return (
    <Card className={cn("h-full", sold.highlight && "border-primary")}>
      <CardHeader>
        <CardTitle>
          <h2>{sold.name}</h2>
        </CardTitle>
        {sold.description !== null && <CardDescription>{sold.description}</CardDescription>}
        {sold.highlight && (
          <CardAction>
            <Badge>Popular</Badge>
          </CardAction>
        )}
      </CardHeader>
      <CardContent className="grid grow content-end gap-1">
        <p className="text-3xl font-semibold tracking-tight tabular-nums">
          {formatMoney(price.amount, price.currency)}
        </p>
        <p className="text-sm">
          {`${formatCredits(sold.credits)} credits`}
          {Number(sold.bonus_credits) > 0 && (
            <span className="text-muted-foreground">
              {` + ${formatCredits(sold.bonus_credits)} free`}
            </span>
          )}
        </p>
      </CardContent>
      <CardFooter>
        <BuyButton
          className="w-full"
          variant={sold.highlight ? "default" : "outline"}
          package={sold.slug}
          currency={price.currency}
          onSignIn={onSignIn}
        >
          Buy {sold.name}
        </BuyButton>
      </CardFooter>
    </Card>
  );
}

const Grid = ({ children }: { children: ReactNode }) => (
  <ul className="grid gap-4 @md:grid-cols-2 @2xl:grid-cols-3">{children}</ul>
);

function Offers(props: PricingTableProps) {
  const packages = usePackages();
  if (packages.status === "signed_out") return <SignInRequired />;
  const shown = packages.status === "ready"
    ? packages.data
    : packages.status === "unknown"
    ? packages.last
    : undefined;
  if (shown !== undefined) {
    if (shown.length === 0) return <p className="text-muted-foreground">Nothing is on sale.</p>;
    return (
      <Grid>
        {shown.map((sold) => (
          <li key={sold.id}>
            <Offer sold={sold} {...props} />
          </li>
        ))}
      </Grid>
    );
  }
  if (packages.status === "unknown") {
    const { error, retry } = packages;
    return <Trouble title="The prices could not be read" error={error} retry={retry} />;
  }
  return (
    <div role="status" aria-label="Loading the prices">
      <Grid>
        {[1, 2, 3].map((key) => (
          <li key={key}>
            <Skeleton className="h-56" />
          </li>
        ))}
      </Grid>
    </div>
  );
}

/** The packages on sale, and the state of the buyer's purchase. */
export function PricingTable(props: PricingTableProps) {
  return (
    <section aria-label="Prices" className="@container grid gap-4">
      <PurchaseStatus />
      <Offers {...props} />
    </section>
  );
}
