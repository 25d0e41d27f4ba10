# The versions are exact, because the test of this folder knows the attributes of these versions only.
terraform {
  required_version = ">= 1.9.0"

  required_providers {
    stripe = {
      source  = "stripe/stripe"
      version = "0.3.0"
    }
    supabase = {
      source  = "supabase/supabase"
      version = "1.10.1"
    }
    upstash = {
      source  = "upstash/upstash"
      version = "2.0.1"
    }
  }
}

# The keys are in the environment, so that no file has them: STRIPE_API_KEY, SUPABASE_ACCESS_TOKEN,
# UPSTASH_EMAIL and UPSTASH_API_KEY.
provider "stripe" {}

provider "supabase" {}

provider "upstash" {}
