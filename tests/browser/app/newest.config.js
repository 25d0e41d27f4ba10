/** Builds the app with the newest supabase-js in place of the version that the functions use. */
export default {
  cacheDir: "node_modules/.vite-newest",
  resolve: { alias: { "@supabase/supabase-js": "supabase-js-newest" } },
};
