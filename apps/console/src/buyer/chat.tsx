import type { Reading } from "@farthing/react";
import { useSearchParams } from "wouter";
import { Chat } from "@/components/farthing/chat";
import { Paywall } from "@/components/farthing/paywall";
import { Label } from "@/components/ui/label";
import { Select } from "../parts/form-fields.tsx";
import { Known } from "../parts/known.tsx";
import { Page } from "../parts/page.tsx";
import { useRead } from "../reads/use-read.ts";
import { useSignedIn } from "../session/context.tsx";

interface Model {
  readonly id: string;
}

/**
 * Reads the models that the project offers. The list of rates is no substitute: a model can have a
 * rate and not be offered. The client has no types for OpenAI's routes. So the path is cast to the
 * path of another list, and the result is cast to a list of models. This works because both routes
 * return their items in `data`.
 */
const useModels = () =>
  useRead("/ai/v1/models" as "/usage/rates", {}) as unknown as Reading<readonly Model[]>;

/** A chat with the model that the page's address names, or else with the first model. */
function Conversation({ models }: { readonly models: readonly Model[] }) {
  const { project } = useSignedIn();
  const [search, setSearch] = useSearchParams();
  const model = models.find(({ id }) => id === search.get("model"))?.id ?? models[0]?.id;
  if (model === undefined) return <p>The app offers no model that has a rate.</p>;
  return (
    <div className="grid max-w-3xl gap-4">
      <div className="grid justify-items-start gap-1.5">
        <Label htmlFor="model">Model</Label>
        <Select
          id="model"
          value={model}
          onChange={(event) => setSearch({ model: event.target.value }, { replace: true })}
        >
          {models.map(({ id }) => <option key={id} value={id}>{id}</option>)}
        </Select>
      </div>
      <Chat
        key={model}
        model={model}
        // Consoles of two projects on one static host share the tab's storage. So the name under
        // which a conversation is stored contains the URL of the project.
        storedAs={`${project.url} ${model}`}
        explain={(error) => <Paywall error={error} />}
      />
    </div>
  );
}

export function ChatPage() {
  const reading = useModels();
  return (
    <Page title="Chat">
      <Known reading={reading} title="The models">
        {(models) => <Conversation models={models} />}
      </Known>
    </Page>
  );
}
