"use client";

import { useState } from "react";
import type { Entry } from "@farthing/client";
import { useEntries } from "@farthing/react";
import { SignInRequired, Trouble } from "@/components/farthing/trouble";
import { Button } from "@/components/ui/button";
import { Card, CardAction, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
} from "@/components/ui/table";
import { formatCredits, formatKind, formatMoment } from "@/lib/farthing-format";

function Row({ entry: { kind, amount, balance_after, created_at } }: { entry: Entry }) {
  const isCredit = !amount.startsWith("-");
  return (
    <TableRow>
      <TableCell>
        <span className="font-medium">{formatKind(kind)}</span>
        <time dateTime={created_at} className="block text-xs text-muted-foreground">
          {formatMoment(created_at)}
        </time>
      </TableCell>
      <TableCell className="text-right font-medium tabular-nums">
        {isCredit && "+"}
        {formatCredits(amount)}
      </TableCell>
      <TableCell className="text-right text-muted-foreground tabular-nums">
        {formatCredits(balance_after)}
      </TableCell>
    </TableRow>
  );
}

function Entries({ entries }: { entries: readonly Entry[] }) {
  return (
    <Table>
      <TableHeader>
        <TableRow>
          <TableHead scope="col">What</TableHead>
          <TableHead scope="col" className="text-right">Credits</TableHead>
          <TableHead scope="col" className="text-right">Balance</TableHead>
        </TableRow>
      </TableHeader>
      <TableBody>{entries.map((entry) => <Row key={entry.id} entry={entry} />)}</TableBody>
    </Table>
  );
}

function save(csv: string): void {
  const url = URL.createObjectURL(new Blob([csv], { type: "text/csv" }));
  Object.assign(document.createElement("a"), { href: url, download: "credits.csv" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // Some browsers read the URL only later.
}

/** A button that saves all entries as a file. */
function Download({ csv }: { csv: () => Promise<string> }) {
  const [state, set] = useState<"idle" | "reading" | "failed">("idle");
  const download = async () => {
    if (state === "reading") return;
    set("reading");
    set(await csv().then(save).then(() => "idle" as const, () => "failed" as const));
  };
  return (
    <div className="grid justify-items-end gap-1">
      <Button variant="outline" size="sm" onClick={download} aria-disabled={state === "reading"}>
        {state === "reading" ? "Reading…" : "Download CSV"}
      </Button>
      {state === "failed" && (
        <p role="alert" className="text-xs text-destructive">The file could not be read.</p>
      )}
    </div>
  );
}

/** The user's entries, newest first. A button loads older entries. */
export function History() {
  const entries = useEntries();
  const { status, hasMore, isLoadingMore, loadMore, csv } = entries;
  const shown = status === "ready" ? entries.data : status === "unknown" ? entries.last : undefined;
  return (
    <Card>
      <CardHeader>
        <CardTitle>
          <h2>History</h2>
        </CardTitle>
        {shown !== undefined && shown.length > 0 && (
          <CardAction>
            <Download csv={csv} />
          </CardAction>
        )}
      </CardHeader>
      <CardContent className="grid gap-4">
        {status === "loading" && (
          <Skeleton className="h-40" role="status" aria-label="Loading the history" />
        )}
        {status === "signed_out" && <SignInRequired />}
        {shown !== undefined && shown.length > 0 && <Entries entries={shown} />}
        {status === "ready" && entries.data.length === 0 && (
          <p className="text-sm text-muted-foreground">Nothing yet. Each change appears here.</p>
        )}
        {status === "unknown" && (
          <Trouble title="The history is unknown" error={entries.error} retry={entries.retry} />
        )}
        {hasMore && status === "ready" && (
          <Button variant="outline" onClick={loadMore} aria-disabled={isLoadingMore}>
            {isLoadingMore ? "Loading…" : "Show more"}
          </Button>
        )}
      </CardContent>
    </Card>
  );
}
