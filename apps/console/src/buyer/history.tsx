import { History } from "@/components/farthing/history";
import { Page } from "../parts/page.tsx";

export function HistoryPage() {
  return (
    <Page title="History">
      <History />
    </Page>
  );
}
