variable "project_ref" {
  type        = string
  description = "The reference of the Supabase project, which exists already."

  validation {
    condition     = can(regex("^[a-z]{20}$", var.project_ref))
    error_message = "project_ref must be the project's reference: 20 lowercase letters."
  }
}

variable "project_region" {
  type        = string
  description = "The region of the Supabase project: Redis is made in the nearest region."

  validation {
    condition     = contains(keys(local.redis_regions), var.project_region)
    error_message = "project_region must be a region of Supabase, such as eu-central-1."
  }
}

variable "stripe_mode" {
  type        = string
  description = "The mode of STRIPE_API_KEY. A project belongs to one mode for ever."

  validation {
    condition     = contains(["test", "live"], var.stripe_mode)
    error_message = "stripe_mode must be test or live."
  }
}

variable "site_url" {
  type        = string
  description = "The address of your app, to which links in the project's emails lead."

  validation {
    condition     = can(regex("^https://[a-z0-9.-]+$", var.site_url))
    error_message = "site_url must be an https address without a path, such as https://app.example.com."
  }
}

variable "redirect_urls" {
  type        = list(string)
  description = "More addresses to which a sign-in may return, such as those of previews."
  default     = []

  validation {
    condition     = alltrue([for url in var.redirect_urls : can(regex("^https://[^,\\s]+$", url))])
    error_message = "redirect_urls must be https addresses without commas, such as https://a.example.com."
  }
}

variable "with_connect" {
  type        = bool
  description = "Whether the shop sells bookings, so that events of connected accounts are needed."
  default     = true
}

variable "redis_name" {
  type        = string
  description = "The name of the Redis database. Another name makes another database."
  default     = "farthing"

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,40}$", var.redis_name))
    error_message = "redis_name must have 1 to 40 characters: letters, digits, _ and -."
  }
}

variable "redis_budget_usd" {
  type        = number
  description = "The most that Redis may cost in a month. Above it, Upstash stops the database."
  default     = 20

  validation {
    condition = (
      var.redis_budget_usd >= 1 &&
      var.redis_budget_usd <= 1000 &&
      floor(var.redis_budget_usd) == var.redis_budget_usd
    )
    error_message = "redis_budget_usd must be a whole number of dollars from 1 to 1000."
  }
}

variable "redis_allowed_cidrs" {
  type        = list(string)
  description = "The addresses that may reach Redis. Empty: all of them, as Edge Functions need."
  default     = []

  validation {
    condition = alltrue([
      for cidr in var.redis_allowed_cidrs : can(cidrnetmask(cidr)) && cidr != "0.0.0.0/0"
    ])
    error_message = "redis_allowed_cidrs must be IPv4 ranges such as 203.0.113.7/32, or empty to allow all."
  }
}

variable "database_allowed_cidrs" {
  type        = list(string)
  description = "The addresses that may reach Postgres and its pooler, by TLS and password."
  default     = ["0.0.0.0/0", "::/0"]

  validation {
    condition = (
      length(var.database_allowed_cidrs) > 0 &&
      alltrue([for cidr in var.database_allowed_cidrs : can(cidrhost(cidr, 0))])
    )
    error_message = "database_allowed_cidrs must be one range or more, such as 203.0.113.7/32."
  }
}
