import type { RefusedNext } from "@farthing/client";
import type { TableOf } from "../../parts/data-table.tsx";
import { Credits, Id } from "../../parts/figures.tsx";
import { ApiText } from "../../parts/api-text.tsx";
import { wordsOf } from "../../parts/api-names.ts";

/** The refusals that the customer's next requests would get. */
export const REFUSED_NEXT: TableOf<RefusedNext> = {
  caption: "Requests that would be refused next",
  keyOf: ({ action, code }) => `${action} ${code}`,
  empty: "No request would be refused.",
  columns: [
    { title: "Request", cell: ({ action }) => wordsOf(action) },
    {
      title: "Refused",
      cell: ({ above }) =>
        above === null ? "always" : (
          <>
            above <Credits of={above} /> credits
          </>
        ),
    },
    {
      title: "Why",
      cell: ({ reason }) => (
        <div className="min-w-64 whitespace-normal">
          <ApiText of={reason} />
        </div>
      ),
    },
    { title: "Code", cell: ({ code }) => <Id of={code} /> },
  ],
};
