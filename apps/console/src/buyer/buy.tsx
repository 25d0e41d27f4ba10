import { PricingTable } from "@/components/farthing/pricing-table";
import { Page } from "../parts/page.tsx";

export function BuyPage() {
  return (
    <Page title="Buy credits">
      <PricingTable />
    </Page>
  );
}
