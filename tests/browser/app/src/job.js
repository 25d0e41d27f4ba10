import { post, supabase } from "./supabase.js";

export const research = (query) => post("ai/research", { query });

/** Follows a job to its end. Gives up after five failed polls in a row. */
export async function untilEnded(id, show) {
  let etag = null;
  let seconds = 2;
  for (let failures = 0; failures < 5;) {
    await new Promise((done) => setTimeout(done, seconds * 1000));
    const { data, error, response } = await supabase.functions.invoke(
      `jobs/${id}`,
      {
        method: "GET",
        headers: etag ? { "If-None-Match": etag } : {},
      },
    );
    if (data) show(data.data);
    const later = response?.headers.get("retry-after");
    if (data && !later) return data.data;
    failures = data || response?.status === 304 ? 0 : failures + 1;
    if (failures === 5) throw error;
    etag = response?.headers.get("etag") ?? etag;
    seconds = Number(later ?? 1);
  }
}
