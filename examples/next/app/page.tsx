import { setTimeout } from "node:timers/promises";
import { dehydrate, QueryClient } from "@tanstack/react-query";
import { createFarthing } from "@farthing/client";
import { creditsQuery } from "@farthing/react";
import { App } from "../components/app.tsx";
import { requestClient } from "../lib/server.ts";

export default async function Page({ searchParams }: PageProps<"/">) {
  const supabase = await requestClient();
  const user = (await supabase.auth.getClaims()).data?.claims;
  const queries = new QueryClient();
  // Right after a checkout the server may still read the old balance, so the browser reads the
  // balance instead.
  if (user && !("farthing_order" in await searchParams)) {
    const reading = queries.prefetchQuery(creditsQuery(createFarthing({ supabase }), user.sub));
    await Promise.race([reading, setTimeout(2_000)]); // After 2 s, the browser reads the balance.
  }
  return <App key={user?.sub} user={user} state={dehydrate(queries)} />;
}
