import type { ComponentProps } from "react";
import { cn } from "@/lib/utils";

type Part = ComponentProps<"div">;

export function Card({ className, ...props }: Part) {
  const look = "flex flex-col gap-5 rounded-xl border bg-card py-6 text-card-foreground shadow-xs";
  return <div data-slot="card" {...props} className={cn(look, className)} />;
}

export function CardHeader({ className, ...props }: Part) {
  const look =
    "grid auto-rows-min items-start gap-1 px-6 has-data-[slot=card-action]:grid-cols-[1fr_auto]";
  return <div data-slot="card-header" {...props} className={cn(look, className)} />;
}

export function CardTitle({ className, ...props }: Part) {
  const look = "leading-6 font-semibold";
  return <div data-slot="card-title" {...props} className={cn(look, className)} />;
}

export function CardDescription({ className, ...props }: Part) {
  const look = "text-sm text-muted-foreground";
  return <div data-slot="card-description" {...props} className={cn(look, className)} />;
}

export function CardAction({ className, ...props }: Part) {
  const look = "col-start-2 row-span-2 row-start-1 justify-self-end";
  return <div data-slot="card-action" {...props} className={cn(look, className)} />;
}

export function CardContent({ className, ...props }: Part) {
  return <div data-slot="card-content" {...props} className={cn("px-6", className)} />;
}

export function CardFooter({ className, ...props }: Part) {
  const look = "flex items-center px-6";
  return <div data-slot="card-footer" {...props} className={cn(look, className)} />;
}
