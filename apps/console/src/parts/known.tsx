import type { ReactNode } from "react";
import type { Reading } from "@farthing/react";
import { SignInRequired, Trouble } from "@/components/farthing/trouble";
import { Skeleton } from "@/components/ui/skeleton";

interface KnownProps<Data> {
  readonly reading: Reading<Data>;
  /** Names what is read, such as "The balance". */
  readonly title: string;
  /**
   * The height of the placeholder that is shown until the data is read. If the data has the same
   * height, the page does not jump.
   */
  readonly placeholder?: string;
  readonly children: (data: Data) => ReactNode;
}

/**
 * Shows the result of a read, or that it is loading or has failed. A figure that can't be read is
 * shown as unknown, and not as 0. The data of the last successful read stays visible below the
 * error, which says that the data is older.
 */
export function Known<Data>({ reading, title, placeholder, children }: KnownProps<Data>) {
  if (reading.status === "signed_out") return <SignInRequired />;
  if (reading.status === "loading") {
    return (
      <Skeleton role="status" aria-label={`${title}: loading`} className={placeholder ?? "h-40"} />
    );
  }
  const isKnown = reading.status === "ready";
  const data = isKnown ? reading.data : reading.last;
  // The same elements surround the data whether the last read succeeded or failed. So an open form
  // in the data keeps its input.
  return (
    <div className={isKnown ? "in-order contents *:min-w-0" : "grid gap-4 break-words *:min-w-0"}>
      {!isKnown && (
        <Trouble title={`${title}: unknown`} error={reading.error} retry={reading.retry}>
          {data !== undefined && <p>The data below was read earlier.</p>}
        </Trouble>
      )}
      {data !== undefined && children(data)}
    </div>
  );
}
