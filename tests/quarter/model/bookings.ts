/**
 * Bookings: the buyer's payment, the provider's share, the platform's fee, and refunds of all three in
 * proportion.
 */
import type { Of } from "../facts.ts";
import { halfUp } from "./amounts.ts";
import { type Books, cardFee } from "./stripe.ts";

/** The platform's fee: 3 %, the default of the policy. */
const BOOKING_FEE_BASIS_POINTS = 300n;

interface Booking {
  readonly customer: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly fee: bigint;
  readonly paidAt: number;
  refunded: bigint;
  feeRefunded: bigint;
}

export class Bookings {
  readonly all = new Map<string, Booking>();

  constructor(private readonly books: Books) {}

  book({ booking, customer, amount: parts, currency, at }: Of<"book">): void {
    const amount = BigInt(parts);
    const fee = halfUp(amount * BOOKING_FEE_BASIS_POINTS, 10_000n);
    const made = { customer, amount, currency, fee, paidAt: at, refunded: 0n, feeRefunded: 0n };
    this.all.set(booking, made);
    const money = { product: "bookings", customer, currency } as const;
    const [paid, taken] = [`pay ${booking}`, `fee ${booking}`];
    const { books } = this;
    books.charge(at, { ...money, category: "charge", amount, fact: paid }, {
      fee: cardFee(amount),
    });
    books.charge(at, { ...money, category: "transfer", amount: -amount, fact: `share ${booking}` });
    books.charge(at, { ...money, category: "platform_earning", amount: fee, fact: taken });
    books.book(paid, at, at, { ...money, kind: "charge", amount });
    books.book(taken, at, at, { ...money, kind: "application_fee", amount: fee });
  }

  refund({ booking: name, amount: parts, at }: Of<"refund booking">): void {
    const booking = this.all.get(name)!;
    const { customer, currency, amount: whole, fee } = booking;
    const amount = BigInt(parts);
    booking.refunded += amount;
    const returned = halfUp(fee * booking.refunded, whole) - booking.feeRefunded;
    booking.feeRefunded += returned;
    const money = { product: "bookings", customer, currency } as const;
    const [refund, part] = [`refund ${name} ${at}`, `fee refund ${name} ${at}`];
    const charge = this.books.transactions.find(({ fact }) => fact === `pay ${name}`)!;
    const availableAt = Math.max(at, charge.availableAt);
    const { books } = this;
    const back = { ...money, category: "refund", amount: -amount, fact: refund };
    books.charge(at, back, { availableAt });
    const reversal = {
      ...money,
      category: "transfer_reversal",
      amount,
      fact: `reversal ${name} ${at}`,
    };
    books.charge(at, reversal, { availableAt: at });
    books.book(refund, at, at, { ...money, kind: "refund", amount: -amount });
    if (returned === 0n) return;
    const earning = {
      ...money,
      category: "platform_earning_refund",
      amount: -returned,
      fact: part,
    };
    books.charge(at, earning, { availableAt: at });
    books.book(part, at, at, { ...money, kind: "application_fee_refund", amount: -returned });
  }
}
