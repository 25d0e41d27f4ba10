import type { CsvPath, Input } from "@farthing/client";
import { useFarthing, useUserId } from "@farthing/react";
import { Download } from "./download.tsx";

interface CsvButtonProps<P extends CsvPath> {
  readonly path: P;
  readonly input: Input<"get", P>;
  readonly fileName: string;
}

/** Saves all rows of a route as a CSV file, which the service writes. `input` has the filters. */
export function CsvButton<P extends CsvPath>({ path, input, fileName }: CsvButtonProps<P>) {
  const farthing = useFarthing();
  const signedInAs = useUserId() ?? "";
  const read = () => farthing.csv(path, input, { signedInAs });
  return <Download label="Download CSV" name={fileName} read={read} />;
}
