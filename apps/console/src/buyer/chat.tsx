import type { Rate } from "@farthing/client";
import { useSearchParams } from "wouter";
import { Chat } from "@/components/farthing/chat";
import { Paywall } from "@/components/farthing/paywall";
import { Label } from "@/components/ui/label";
import { Select } from "../parts/form-fields.tsx";
import { Known } from "../parts/known.tsx";
import { Page } from "../parts/page.tsx";
import { useRead } from "../reads/use-read.ts";
import { useSignedIn } from "../session/context.tsx";

/** A chat with the model that the address names, or with the first one that has a rate. */
function Conversation({ rates }: { readonly rates: readonly Rate[] }) {
  const { project } = useSignedIn();
  const [search, setSearch] = useSearchParams();
  const model = rates.find(({ model }) => model === search.get("model"))?.model ?? rates[0]?.model;
  if (model === undefined) return <p>No model has a rate yet.</p>;
  return (
    <div className="grid max-w-3xl gap-4">
      <div className="grid justify-items-start gap-1.5">
        <Label htmlFor="model">Model</Label>
        <Select
          id="model"
          value={model}
          onChange={(event) => setSearch({ model: event.target.value }, { replace: true })}
        >
          {rates.map(({ model }) => <option key={model} value={model}>{model}</option>)}
        </Select>
      </div>
      <Chat
        key={model}
        model={model}
        // Two consoles on one static host share the tab's storage.
        storedAs={`${project.url} ${model}`}
        explain={(error) => <Paywall error={error} />}
      />
    </div>
  );
}

export function ChatPage() {
  const reading = useRead("/usage/rates", {});
  return (
    <Page title="Chat">
      <Known reading={reading} title="The models">
        {(rates) => <Conversation rates={rates} />}
      </Known>
    </Page>
  );
}
