import type { ComponentProps } from "react";
import { Dialog as BaseDialog } from "@base-ui/react/dialog";
import { cn } from "@/lib/utils";

export function Dialog(props: ComponentProps<typeof BaseDialog.Root>) {
  return <BaseDialog.Root {...props} />;
}

const popupLook = [
  "fixed top-1/2 left-1/2 z-50 grid max-h-[calc(100dvh-2rem)] w-[calc(100%-2rem)] max-w-md",
  "-translate-x-1/2 -translate-y-1/2 gap-5 overflow-y-auto rounded-xl border bg-popover p-6",
  "text-popover-foreground shadow-lg outline-none",
];

const closeLook = [
  "absolute top-4 right-4 grid size-8 cursor-pointer place-items-center rounded-lg text-lg outline-none",
  "text-muted-foreground hover:bg-muted focus-visible:ring-3 focus-visible:ring-ring/50",
];

/** The dialog itself, with a button that closes it. */
export function DialogContent(
  { className, children, ...props }: ComponentProps<typeof BaseDialog.Popup>,
) {
  return (
    <BaseDialog.Portal>
      <BaseDialog.Backdrop className="fixed inset-0 z-50 bg-black/40" />
      <BaseDialog.Popup
        data-slot="dialog-content"
        {...props}
        className={cn(popupLook, className as string)}
      >
        {children}
        <BaseDialog.Close
          aria-label="Close"
          className={cn(closeLook)}
        >
          <span aria-hidden>×</span>
        </BaseDialog.Close>
      </BaseDialog.Popup>
    </BaseDialog.Portal>
  );
}

export function DialogHeader({ className, ...props }: ComponentProps<"div">) {
  return <div data-slot="dialog-header" {...props} className={cn("grid gap-2 pr-8", className)} />;
}

export function DialogTitle({ className, ...props }: ComponentProps<typeof BaseDialog.Title>) {
  const look = cn("text-lg leading-tight font-semibold", className as string);
  return <BaseDialog.Title data-slot="dialog-title" {...props} className={look} />;
}

export function DialogDescription(
  { className, ...props }: ComponentProps<typeof BaseDialog.Description>,
) {
  const look = cn("text-sm text-muted-foreground", className as string);
  return <BaseDialog.Description data-slot="dialog-description" {...props} className={look} />;
}
