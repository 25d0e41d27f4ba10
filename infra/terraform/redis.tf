# Redis counts requests for the rate limits, and stores nothing else: docs/decisions/rate-limits.md.
locals {
  # The nearest region of Upstash for each region of Supabase.
  redis_regions = {
    "ap-northeast-1" = "ap-southeast-1"
    "ap-northeast-2" = "ap-southeast-1"
    "ap-south-1"     = "ap-southeast-1"
    "ap-southeast-1" = "ap-southeast-1"
    "ap-southeast-2" = "ap-southeast-2"
    "ca-central-1"   = "us-east-1"
    "eu-central-1"   = "eu-central-1"
    "eu-central-2"   = "eu-central-1"
    "eu-north-1"     = "eu-central-1"
    "eu-west-1"      = "eu-west-1"
    "eu-west-2"      = "eu-west-1"
    "eu-west-3"      = "eu-central-1"
    "sa-east-1"      = "sa-east-1"
    "us-east-1"      = "us-east-1"
    "us-east-2"      = "us-east-1"
    "us-west-1"      = "us-west-1"
    "us-west-2"      = "us-west-2"
  }
}

resource "upstash_redis_database" "limits" {
  database_name  = var.redis_name
  region         = "global"
  primary_region = local.redis_regions[var.project_region]

  tls = true

  # Every key expires by itself. Eviction would lose counts, so callers could exceed a limit.
  eviction = false

  # The variable's default, 20 dollars, is the provider's own. It is explicit, so that nobody is
  # surprised.
  budget     = var.redis_budget_usd
  auto_scale = false

  ip_allowlist = var.redis_allowed_cidrs
}
