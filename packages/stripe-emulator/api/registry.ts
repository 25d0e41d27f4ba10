import { accountLinkResource } from "./account-links.ts";
import { accountResource } from "./accounts.ts";
import { applicationFeeResource, feeRefundResource } from "./application-fees.ts";
import { balanceTransactionResource } from "./balance-transactions.ts";
import { balanceResource } from "./balance.ts";
import { chargeResource } from "./charges.ts";
import { checkoutSessionResource } from "./checkout-sessions.ts";
import { couponResource } from "./coupons.ts";
import { customerResource } from "./customers.ts";
import { disputeResource } from "./disputes.ts";
import { earlyFraudWarningResource } from "./early-fraud-warnings.ts";
import { eventResource } from "./events.ts";
import { invoiceResource } from "./invoices.ts";
import { paymentIntentResource } from "./payment-intents.ts";
import { paymentMethodResource } from "./payment-methods.ts";
import { payoutResource } from "./payouts.ts";
import { priceResource } from "./prices.ts";
import { productResource } from "./products.ts";
import { promotionCodeResource } from "./promotion-codes.ts";
import { refundResource } from "./refunds.ts";
import { setupIntentResource } from "./setup-intents.ts";
import { transferResource, transferReversalResource } from "./transfers.ts";
import { webhookEndpointResource } from "./webhook-endpoints.ts";
import type { Resource } from "../http/resource.ts";

/** All objects of the API. A new kind of object needs one file and one line here. */
export const resources: Resource[] = [
  accountLinkResource,
  accountResource,
  applicationFeeResource,
  balanceResource,
  balanceTransactionResource,
  chargeResource,
  checkoutSessionResource,
  couponResource,
  customerResource,
  disputeResource,
  earlyFraudWarningResource,
  eventResource,
  invoiceResource,
  paymentIntentResource,
  paymentMethodResource,
  payoutResource,
  priceResource,
  productResource,
  promotionCodeResource,
  refundResource,
  setupIntentResource,
  feeRefundResource,
  transferResource,
  transferReversalResource,
  webhookEndpointResource,
];
