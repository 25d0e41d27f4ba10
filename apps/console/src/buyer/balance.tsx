import { CreditBalance } from "@/components/farthing/credit-balance";
import { Page } from "../parts/page.tsx";

export function BalancePage() {
  return (
    <Page title="Balance" lead="The credits that you can spend now.">
      <div className="max-w-xl">
        <CreditBalance />
      </div>
    </Page>
  );
}
