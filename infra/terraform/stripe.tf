# The endpoints that `deno task stripe:setup` would make. A test compares their version, events,
# description and metadata with that command. Use either these files or the command: an endpoint must
# have one owner.
locals {
  webhook_url = "${local.functions_url}/stripe-webhook"

  # The version that the functions read. An endpoint's version can't be changed: a change here makes a
  # new endpoint before the old one is removed, so that no event is lost.
  stripe_api_version = "2026-10-28.endive"

  account_events = [
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.processing",
    "payment_intent.payment_failed",
    "payment_intent.requires_action",
    "payment_intent.canceled",
    "charge.succeeded",
    "charge.failed",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "radar.early_fraud_warning.created",
    "radar.early_fraud_warning.updated",
    "application_fee.created",
    "application_fee.refunded",
    "setup_intent.succeeded",
    "payment_method.detached",
    "payment_method.updated",
    "payment_method.automatically_updated",
    "payout.created",
    "payout.updated",
    "payout.paid",
    "payout.failed",
    "payout.canceled",
    "payout.reconciliation_completed",
  ]

  connect_events = [
    "account.updated",
  ]
}

resource "stripe_webhook_endpoint" "account" {
  url            = local.webhook_url
  enabled_events = local.account_events
  api_version    = local.stripe_api_version
  connect        = false
  description    = "Farthing, events of the account"

  metadata = {
    farthing = "account"
  }

  lifecycle {
    create_before_destroy = true

    postcondition {
      condition     = self.livemode == (var.stripe_mode == "live")
      error_message = "STRIPE_API_KEY must be a key of stripe_mode: set the other key, or change stripe_mode."
    }
  }
}

resource "stripe_webhook_endpoint" "connect" {
  count = var.with_connect ? 1 : 0

  url            = local.webhook_url
  enabled_events = local.connect_events
  api_version    = local.stripe_api_version
  connect        = true
  description    = "Farthing, events of connected accounts"

  metadata = {
    farthing = "connect"
  }

  lifecycle {
    create_before_destroy = true

    postcondition {
      condition     = self.livemode == (var.stripe_mode == "live")
      error_message = "STRIPE_API_KEY must be a key of stripe_mode: set the other key, or change stripe_mode."
    }
  }
}
