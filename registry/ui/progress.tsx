import type { ComponentProps } from "react";
import { Progress as BaseProgress } from "@base-ui/react/progress";
import { cn } from "@/lib/utils";

const barLook = "h-full rounded-full bg-primary transition-all motion-reduce:transition-none";

/** A progress bar without a text. A null value means that the progress is not known yet. */
export function Progress({ className, ...props }: ComponentProps<typeof BaseProgress.Root>) {
  return (
    <BaseProgress.Root
      data-slot="progress"
      {...props}
      className={cn("w-full", className as string)}
    >
      <BaseProgress.Track className="h-2 overflow-hidden rounded-full bg-muted">
        <BaseProgress.Indicator className={barLook} />
      </BaseProgress.Track>
    </BaseProgress.Root>
  );
}
