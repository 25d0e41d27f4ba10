import { formatMoney } from "@farthing/client";
import { useAutoTopUp, useBuy, useCredits, usePackages } from "@farthing/react";
import { Button, Card, Missing, Problem, show } from "./ui.tsx";

/** Shows the credits, or why they are not known: a failed reading is never shown as 0. */
export function Balance() {
  const credits = useCredits();
  const data = credits.status === "ready" ? credits.data : undefined;
  return (
    <Card title="Credits">
      <p role="status" className="figure">{data ? show(data.available) : credits.text}</p>
      {data && <p className="muted">{show(data.held)} more are held for work in progress</p>}
      {credits.status === "unknown" && <Missing of={credits} />}
    </Card>
  );
}

const NEWS: Partial<Record<ReturnType<typeof useBuy>["status"], string>> = {
  paying: "Your payment is being confirmed…",
  paid: "Thank you. Your credits have been added.",
  failed: "The payment failed.",
  expired: "The checkout has expired. Nothing was charged.",
};

export function Shop() {
  const { status, buy, error, retry } = useBuy();
  const packages = usePackages();
  const pay = (slug: string) => () => buy({ package: slug });
  const isLeaving = status === "opening" || status === "leaving";
  return (
    <Card title="Buy credits" data-wide>
      {NEWS[status] && <p role="status">{NEWS[status]}</p>}
      <Problem error={error} retry={status === "unknown" ? retry : undefined} />
      <Missing of={packages} />
      <ul className="prices">
        {packages.status === "ready" &&
          packages.data.map((one) => (
            <li key={one.slug} data-highlight={one.highlight}>
              <h3>{one.name}</h3>
              <p className="muted">{show(one.total_credits)} credits</p>
              <button type="button" disabled={isLeaving} onClick={pay(one.slug)}>
                {formatMoney(one.amount, one.currency, "en")}
                <span className="sr-only">for {one.name}</span>
              </button>
            </li>
          ))}
      </ul>
    </Card>
  );
}

const TERMS = { threshold: "2000", target: "10000", monthly_cap: 5000 };

export function TopUps() {
  const topUps = useAutoTopUp();
  const { isChanging: disabled, saveCard, turnOn, turnOff } = topUps;
  const data = topUps.status === "ready" ? topUps.data : undefined;
  const card = data?.card;
  return (
    <Card title="Automatic top-up">
      <p className="muted">Below 2,000 credits we refill to 10,000, for $50 a month at most.</p>
      <Missing of={topUps} />
      {card && <p role="status">{card.brand} ending in {card.last4}: {data.state}</p>}
      {data?.link && <a href={data.link}>Confirm the charge</a>}
      <Problem error={topUps.changeError} />
      <div className="row">
        {data && !card && <Button disabled={disabled} onClick={saveCard}>Save a card</Button>}
        {card && <Button disabled={disabled} onClick={() => turnOn(TERMS)}>Turn on</Button>}
        {data?.enabled && <Button disabled={disabled} onClick={turnOff}>Turn off</Button>}
      </div>
    </Card>
  );
}
