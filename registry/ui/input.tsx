import type { ComponentProps } from "react";
import { cn } from "@/lib/utils";

const look = [
  "h-9 w-full min-w-0 rounded-lg border border-input bg-transparent px-3 text-base outline-none md:text-sm",
  "placeholder:text-muted-foreground focus-visible:border-ring focus-visible:ring-3",
  "focus-visible:ring-ring/50 disabled:opacity-50 aria-invalid:border-destructive",
];

export function Input({ className, ...props }: ComponentProps<"input">) {
  return <input data-slot="input" {...props} className={cn(look, className)} />;
}
