import type { ComponentProps } from "react";
import { cn } from "@/lib/utils";

export function Skeleton({ className, ...props }: ComponentProps<"div">) {
  const look = "animate-pulse rounded-md bg-muted motion-reduce:animate-none";
  return <div data-slot="skeleton" {...props} className={cn(look, className)} />;
}
