/** Links from an id to the page of what it names. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import { Id } from "../parts/figures.tsx";

interface LinkProps {
  readonly id: string | number | null | undefined;
  /** What the link says; by default the id. */
  readonly children?: ReactNode;
}

/** Ids of Stripe and of other services may have characters that mean something in an address. */
const linkTo = (path: string) =>
  function IdLink({ id, children }: LinkProps) {
    if (id === null || id === undefined) return <Id of={null} />;
    return (
      <Link href={`${path}${encodeURIComponent(id)}`} className="underline">
        {children ?? <Id of={String(id)} />}
      </Link>
    );
  };

/** By a user's id, or by the number of an account, which also finds deleted users. */
export const CustomerLink = linkTo("/customers/");

/** An order, a booking, a refund or a dispute: its customer is found by its id. */
export const BuyerOf = linkTo("/customers?q=");

export const AlertLink = linkTo("/alerts/");
export const EventLink = linkTo("/events/");
export const PayoutLink = linkTo("/payouts/");
export const ProofLink = linkTo("/proofs/");
