/** The same app with the newest supabase-js instead of the one that the functions are pinned to. */
export default {
  cacheDir: "node_modules/.vite-newest",
  resolve: { alias: { "@supabase/supabase-js": "supabase-js-newest" } },
};
