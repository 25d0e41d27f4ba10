/**
 * The sentences of emails in English. The type of every other language is derived from these
 * sentences.
 */

export const en = {
  receipt: {
    subject: (paid: string) => `Receipt: ${paid}`,
    heading: "Thank you for your purchase",
    sentence: "Your payment has arrived, and your credits are ready to use.",
    free: "There was nothing to pay, and your credits are ready to use.",
    bought: "Bought",
    topUp: "Automatic top-up",
    paid: "Paid",
    credits: "Credits",
    bonusCredits: "Bonus credits",
    date: "Date",
  },
  refund: {
    subject: (refunded: string) => `Refund: ${refunded}`,
    heading: "Your refund is on its way",
    sentence:
      "We have refunded your payment, or a part of it. Your bank may take some days to show it.",
    refunded: "Refunded",
    creditsRemoved: "Credits removed",
  },
  lowBalance: {
    subject: "Your credits are running low",
    heading: "Your credits are running low",
    sentence: "You have fewer credits left than your notification limit.",
    left: "Credits left",
    limit: "Limit",
  },
  creditsExpiring: {
    subject: "Some of your credits expire soon",
    subjectWithinADay: "Some of your credits expire within a day",
    heading: "Some of your credits expire soon",
    sentence: "Use these credits before they expire: afterwards they are gone.",
    credits: "Credits",
    expire: "Expire",
  },
  topUpFailed: {
    subject: "Your automatic top-up failed",
    heading: "Your automatic top-up failed",
    sentence: "We could not charge your saved card, so no credits were added.",
    paused: "After several failures in a row, top-ups are paused. Save another card to go on.",
    again: "We will try again.",
    amount: "Amount",
    reason: "Reason",
    nextAttempt: "Next attempt, at the earliest",
    reasons: {
      authentication_required: "Your bank wants you to confirm the payment.",
      card_declined: "Your bank declined the card.",
      expired_card: "The card has expired.",
      insufficient_funds: "The card has insufficient funds.",
    },
  },
  topUpPaused: {
    subject: "Your automatic top-ups are paused",
    heading: "Your automatic top-ups are paused",
    sentence: "We will not charge your card for now.",
    failures: "Your saved card failed several times in a row. Save another card to go on.",
    cardGone: "Your saved card was removed. Save another card to go on.",
    refunded: "A top-up was refunded or disputed. Switch top-ups on again when you want them.",
  },
  topUpCapped: {
    subject: "Your automatic top-ups have reached this month's limit",
    heading: "This month's limit is reached",
    sentence: "Until next month we will not charge your card again, unless you raise the limit.",
    monthlyLimit: "Monthly limit",
  },
  topUpAuthentication: {
    subject: "Your bank wants you to confirm a top-up",
    heading: "Please confirm your top-up",
    sentence: "Your bank requires you to confirm this charge. No credits have been added yet.",
    amount: "Amount",
    until: "Until",
    confirm: "Confirm and pay",
  },
  bookingReceipt: {
    subject: (paid: string) => `Receipt of your booking: ${paid}`,
    heading: "Your booking is paid",
    sentence: "Thank you. Your payment has arrived, and your booking is paid.",
    booked: "Booked",
    paid: "Paid",
    date: "Date",
  },
  bookingCancelled: {
    subject: "Your booking is cancelled",
    heading: "Your booking is cancelled",
    refunding: "We are refunding your payment, and will write again as soon as the refund is made.",
    refunded: "Your payment is refunded.",
    notCharged: "You were not charged.",
    inTransit: "Your payment was still on its way. If it arrives, we will refund it.",
    booked: "Booked",
    price: "Price",
    refund: "Refund",
    date: "Cancelled",
  },
  references: {
    order: "Order",
    booking: "Booking",
    refund: "Refund",
  },
  footer: {
    questions: "Questions?",
  },
};

/**
 * The type of a language: a sentence without values is a string, and a sentence with values is a function of
 * those values.
 */
type Translation<T> = T extends string ? string
  : T extends (...values: infer V) => string ? (...values: V) => string
  : { readonly [K in keyof T]: Translation<T[K]> };

/** The sentences of a language. A missing or an additional sentence fails the type check. */
export type Sentences = Translation<typeof en>;
