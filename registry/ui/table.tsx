import type { ComponentProps } from "react";
import { cn } from "@/lib/utils";

export function Table({ className, ...props }: ComponentProps<"table">) {
  return (
    <div data-slot="table-container" className="relative w-full overflow-x-auto">
      <table data-slot="table" {...props} className={cn("w-full text-sm", className)} />
    </div>
  );
}

export function TableHeader({ className, ...props }: ComponentProps<"thead">) {
  return <thead data-slot="table-header" {...props} className={cn("border-b", className)} />;
}

export function TableBody({ className, ...props }: ComponentProps<"tbody">) {
  const look = "[&_tr:last-child]:border-0";
  return <tbody data-slot="table-body" {...props} className={cn(look, className)} />;
}

export function TableRow({ className, ...props }: ComponentProps<"tr">) {
  return <tr data-slot="table-row" {...props} className={cn("border-b", className)} />;
}

export function TableHead({ className, ...props }: ComponentProps<"th">) {
  const look = "h-10 px-2 text-left font-medium whitespace-nowrap text-muted-foreground";
  return <th data-slot="table-head" {...props} className={cn(look, className)} />;
}

export function TableCell({ className, ...props }: ComponentProps<"td">) {
  return <td data-slot="table-cell" {...props} className={cn("p-2 align-baseline", className)} />;
}
