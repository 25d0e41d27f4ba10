import type { ComponentProps } from "react";
import { cn } from "@/lib/utils";

const look = [
  "field-sizing-content max-h-48 min-h-16 w-full rounded-lg border border-input bg-transparent px-3 py-2",
  "text-base outline-none placeholder:text-muted-foreground focus-visible:border-ring md:text-sm",
  "focus-visible:ring-3 focus-visible:ring-ring/50 disabled:opacity-50",
];

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return <textarea data-slot="textarea" {...props} className={cn(look, className)} />;
}
