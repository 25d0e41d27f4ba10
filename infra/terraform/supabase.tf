# The project's settings. Functions, migrations and the exposed schemas are the work of
# `deno task deploy`: the provider cannot set verify_jwt, and a schema that is exposed before it
# exists stops the data API.
resource "supabase_settings" "project" {
  project_ref = var.project_ref

  ssl_enforcement = true

  network = jsonencode({
    restrictions = var.database_allowed_cidrs
  })

  # Operators need a second factor in live mode, so the project must offer one.
  auth = jsonencode({
    site_url                = var.site_url
    uri_allow_list          = join(",", var.redirect_urls)
    mfa_totp_enroll_enabled = true
    mfa_totp_verify_enabled = true
  })
}

# The secrets that are made here. All others are sent by `deno task deploy --env-file`, so that this
# folder's state does not have them.
resource "supabase_edge_function_secrets" "made" {
  project_ref = var.project_ref

  secrets = [
    {
      name  = "STRIPE_WEBHOOK_SECRET"
      value = local.environment.STRIPE_WEBHOOK_SECRET
    },
    {
      name  = "UPSTASH_REDIS_REST_TOKEN"
      value = local.environment.UPSTASH_REDIS_REST_TOKEN
    },
    {
      name  = "UPSTASH_REDIS_REST_URL"
      value = local.environment.UPSTASH_REDIS_REST_URL
    },
  ]
}
