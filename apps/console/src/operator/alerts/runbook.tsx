import { useQuery } from "@tanstack/react-query";
import { readingOf, useUserId } from "@farthing/react";
import { Known } from "../../parts/known.tsx";
import { ONCE } from "../../reads/use-read.ts";
import { Markdown } from "./markdown.tsx";

/** The runbooks. Each one is a separate chunk of the build, loaded when an alert shows it. */
const TEXTS = import.meta.glob<string>("../../../../../docs/runbooks/*.md", {
  query: "?raw",
  import: "default",
});

function textOf(path: string): (() => Promise<string>) | undefined {
  const name = path.split("/").at(-1) ?? "";
  return Object.entries(TEXTS).find(([file]) => file.endsWith(`/${name}`))?.[1];
}

function Shipped(
  { path, load }: {
    readonly path: string;
    readonly load: () => Promise<string>;
  },
) {
  const userId = useUserId();
  const query = useQuery({
    ...ONCE,
    queryKey: ["runbook", path],
    queryFn: load,
    staleTime: Infinity,
  });
  return (
    <Known reading={readingOf(userId, query)} title="The runbook" placeholder="h-96">
      {(text) => <Markdown text={text} />}
    </Known>
  );
}

/**
 * Shows the runbook of a rule. Farthing's own runbooks are shown in full. A project can set an
 * address or a text instead: an https address is shown as a link, and any other value as text.
 */
export function Runbook({ path }: { readonly path: string }) {
  const load = textOf(path);
  if (load !== undefined) return <Shipped path={path} load={load} />;
  if (!/^https:\/\//.test(path)) return <p className="break-words">{path}</p>;
  return <a href={path} rel="noreferrer" className="break-all underline">{path}</a>;
}
