locals {
  functions_url = "https://${var.project_ref}.supabase.co/functions/v1"

  environment = {
    STRIPE_MODE = var.stripe_mode
    STRIPE_WEBHOOK_SECRET = join(",", concat(
      [stripe_webhook_endpoint.account.secret],
      stripe_webhook_endpoint.connect[*].secret,
    ))
    UPSTASH_REDIS_REST_TOKEN = upstash_redis_database.limits.rest_token
    UPSTASH_REDIS_REST_URL   = "https://${upstash_redis_database.limits.endpoint}"
  }
}

output "project_ref" {
  description = "For `deno task deploy --project`."
  value       = var.project_ref
}

output "environment" {
  description = "The lines of the file for `deno task deploy --env-file`."
  value       = local.environment
  sensitive   = true
}

output "redis_database_id" {
  description = "For Upstash's API and console."
  value       = upstash_redis_database.limits.database_id
}

output "webhook_endpoint_ids" {
  description = "For Stripe's dashboard: of the account, then of connected accounts."
  value = concat(
    [stripe_webhook_endpoint.account.id],
    stripe_webhook_endpoint.connect[*].id,
  )
}
