import { useState } from "react";
import { Button } from "@/components/ui/button";

interface DownloadProps {
  readonly label: string;
  /** The name of the file. */
  readonly name: string;
  readonly read: () => Promise<string | Blob>;
}

/** Some browsers read the file after the click. */
const KEEP_MS = 60_000;

function save(name: string, content: string | Blob): void {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content]));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), KEEP_MS);
}

/** A button that reads something and saves it as a file. */
export function Download({ label, name, read }: DownloadProps) {
  const [state, set] = useState<"idle" | "reading" | "failed">("idle");
  const download = async () => {
    if (state === "reading") return;
    set("reading");
    set(await read().then((content) => save(name, content)).then(() => "idle", () => "failed"));
  };
  return (
    <div className="grid justify-items-start gap-1">
      <Button variant="outline" size="sm" onClick={download} aria-disabled={state === "reading"}>
        {state === "reading" ? "Reading…" : label}
      </Button>
      {state === "failed" && (
        <p role="alert" className="text-xs text-destructive">The file could not be read.</p>
      )}
    </div>
  );
}
