import type { ComponentProps } from "react";
import { cva, type VariantProps } from "class-variance-authority";
import { cn } from "@/lib/utils";

const alertVariants = cva("grid w-full gap-1 rounded-lg border px-4 py-3 text-sm", {
  variants: {
    variant: {
      default: "bg-card text-card-foreground",
      destructive: "border-destructive/40 bg-card text-destructive",
    },
  },
  defaultVariants: { variant: "default" },
});

type AlertProps = ComponentProps<"div"> & VariantProps<typeof alertVariants>;

export function Alert({ className, variant, ...props }: AlertProps) {
  const look = cn(alertVariants({ variant }), className);
  return <div data-slot="alert" role="alert" {...props} className={look} />;
}

export function AlertTitle({ className, ...props }: ComponentProps<"div">) {
  return <div data-slot="alert-title" {...props} className={cn("font-medium", className)} />;
}

export function AlertDescription({ className, ...props }: ComponentProps<"div">) {
  const look = "grid justify-items-start gap-2 text-muted-foreground";
  return <div data-slot="alert-description" {...props} className={cn(look, className)} />;
}
