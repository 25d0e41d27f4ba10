import { useParams } from "wouter";
import { Facts } from "../../parts/facts.tsx";
import { Credits, Moment } from "../../parts/figures.tsx";
import { Known } from "../../parts/known.tsx";
import { Page } from "../../parts/page.tsx";
import { useRead } from "../../reads/use-read.ts";

export function CustomerPage() {
  const { id = "" } = useParams();
  const reading = useRead("/customers/{id}", { path: { id } });
  return (
    <Page title="Customer">
      <Known reading={reading} title="The customer">
        {({ customer, credits }) => (
          <Facts
            facts={{
              Email: customer.email ?? "none",
              Since: <Moment at={customer.created_at} />,
              Available: <Credits of={credits.available} />,
              Held: <Credits of={credits.held} />,
            }}
          />
        )}
      </Known>
    </Page>
  );
}
