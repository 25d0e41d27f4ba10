import { useState } from "react";
import type { CsvPath, Input } from "@farthing/client";
import { useFarthing, useUserId } from "@farthing/react";
import { Trouble } from "@/components/farthing/trouble";
import { Button } from "@/components/ui/button";

function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // Some browsers read it after the click.
}

interface CsvButtonProps<P extends CsvPath> {
  readonly path: P;
  readonly input: Input<"get", P>;
  readonly fileName: string;
}

/** Saves all rows of a route with these filters, as the service writes them. */
export function CsvButton<P extends CsvPath>({ path, input, fileName }: CsvButtonProps<P>) {
  const farthing = useFarthing();
  const signedInAs = useUserId() ?? "";
  const [state, set] = useState<"idle" | "reading" | Error>("idle");
  const download = async () => {
    if (state === "reading") return;
    set("reading");
    try {
      save(await farthing.csv(path, input, { signedInAs }), fileName);
      set("idle");
    } catch (error) {
      set(error as Error);
    }
  };
  return (
    <div className="grid gap-2">
      <Button variant="outline" onClick={download} aria-disabled={state === "reading"}>
        {state === "reading" ? "Reading…" : "Download CSV"}
      </Button>
      {state instanceof Error && <Trouble title="The file could not be read" error={state} />}
    </div>
  );
}
