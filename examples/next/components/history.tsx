import { useMutation } from "@tanstack/react-query";
import { useEntries } from "@farthing/react";
import { Button, Card, Missing, Problem, show } from "./ui.tsx";

export function History() {
  const entries = useEntries();
  const csv = useMutation({
    mutationFn: async () => {
      const href = URL.createObjectURL(new Blob([await entries.csv()], { type: "text/csv" }));
      Object.assign(document.createElement("a"), { href, download: "credits.csv" }).click();
    },
  });
  const shown = entries.status === "ready" ? entries.data : [];
  return (
    <Card title="History" data-wide>
      <Missing of={entries} />
      <table>
        <tbody>
          {shown.map(({ id, created_at, kind, amount }) => (
            <tr key={id}>
              <th scope="row">{kind}</th>
              <td className="muted">{new Date(created_at).toLocaleString("en")}</td>
              <td className="text-right tabular-nums">{show(amount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Problem error={csv.error} />
      <div className="row">
        {entries.hasMore && <Button onClick={entries.loadMore}>More</Button>}
        <Button onClick={() => csv.mutate()}>Download CSV</Button>
      </div>
    </Card>
  );
}
