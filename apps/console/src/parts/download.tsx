import { useState } from "react";
import { Trouble } from "@/components/farthing/trouble";
import { Button } from "@/components/ui/button";

interface DownloadProps {
  readonly label: string;
  /** The name of the file. */
  readonly name: string;
  readonly read: () => Promise<string | Blob>;
}

/** Some browsers read the file only after the click, so its URL must stay valid for some time. */
const KEEP_MS = 60_000;

function save(name: string, content: string | Blob): void {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content]));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), KEEP_MS);
}

/** A button that calls `read`, and saves the result as a file. If this fails, it says why. */
export function Download({ label, name, read }: DownloadProps) {
  const [state, set] = useState<"idle" | "reading" | Error>("idle");
  const download = async () => {
    if (state === "reading") return;
    set("reading");
    try {
      save(name, await read());
      set("idle");
    } catch (error) {
      set(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <div className="grid justify-items-start gap-2">
      <Button variant="outline" size="sm" onClick={download} aria-disabled={state === "reading"}>
        {state === "reading" ? "Reading…" : label}
      </Button>
      {state instanceof Error && <Trouble title="The file could not be read" error={state} />}
    </div>
  );
}
