/** The sentences of emails in German. */
import type { Sentences } from "./en.ts";

export const de: Sentences = {
  receipt: {
    subject: (paid) => `Beleg: ${paid}`,
    heading: "Vielen Dank für Ihren Einkauf",
    sentence: "Ihre Zahlung ist eingegangen, und Ihr Guthaben steht bereit.",
    free: "Es war nichts zu bezahlen, und Ihr Guthaben steht bereit.",
    bought: "Gekauft",
    topUp: "Automatische Aufladung",
    paid: "Bezahlt",
    credits: "Credits",
    bonusCredits: "Bonus-Credits",
    date: "Datum",
  },
  refund: {
    subject: (refunded) => `Erstattung: ${refunded}`,
    heading: "Ihre Erstattung ist unterwegs",
    sentence:
      "Wir haben Ihre Zahlung ganz oder teilweise erstattet. Bis Ihre Bank die Erstattung " +
      "anzeigt, können einige Tage vergehen.",
    refunded: "Erstattet",
    creditsRemoved: "Abgezogene Credits",
  },
  lowBalance: {
    subject: "Ihr Guthaben geht zur Neige",
    heading: "Ihr Guthaben geht zur Neige",
    sentence: "Sie haben weniger Credits, als Ihre Benachrichtigungsgrenze vorsieht.",
    left: "Verbleibende Credits",
    limit: "Grenze",
  },
  creditsExpiring: {
    subject: "Ein Teil Ihres Guthabens verfällt bald",
    subjectWithinADay: "Ein Teil Ihres Guthabens verfällt innerhalb eines Tages",
    heading: "Ein Teil Ihres Guthabens verfällt bald",
    sentence: "Bitte nutzen Sie diese Credits vor ihrem Ablauf, danach sind sie verloren.",
    credits: "Credits",
    expire: "Verfallen am",
  },
  topUpFailed: {
    subject: "Ihre automatische Aufladung ist fehlgeschlagen",
    heading: "Ihre automatische Aufladung ist fehlgeschlagen",
    sentence: "Wir konnten Ihre gespeicherte Karte nicht belasten. Es kamen keine Credits hinzu.",
    paused: "Nach mehreren Fehlschlägen in Folge sind Aufladungen pausiert. Speichern Sie eine " +
      "andere Karte, um fortzufahren.",
    again: "Wir versuchen es erneut.",
    amount: "Betrag",
    reason: "Grund",
    nextAttempt: "Nächster Versuch frühestens",
    reasons: {
      authentication_required: "Ihre Bank verlangt eine Bestätigung der Zahlung.",
      card_declined: "Ihre Bank hat die Karte abgelehnt.",
      expired_card: "Die Karte ist abgelaufen.",
      insufficient_funds: "Die Karte ist nicht ausreichend gedeckt.",
    },
  },
  topUpPaused: {
    subject: "Ihre automatischen Aufladungen sind pausiert",
    heading: "Ihre automatischen Aufladungen sind pausiert",
    sentence: "Wir belasten Ihre Karte vorerst nicht.",
    failures:
      "Ihre gespeicherte Karte ist mehrmals in Folge abgelehnt worden. Speichern Sie eine " +
      "andere Karte, um fortzufahren.",
    cardGone: "Ihre gespeicherte Karte wurde entfernt. Speichern Sie eine andere Karte, um " +
      "fortzufahren.",
    refunded: "Eine Aufladung wurde erstattet oder angefochten. Schalten Sie Aufladungen wieder " +
      "ein, sobald Sie sie wünschen.",
  },
  topUpCapped: {
    subject: "Ihre automatischen Aufladungen haben das Monatslimit erreicht",
    heading: "Das Monatslimit ist erreicht",
    sentence: "Bis zum nächsten Monat belasten wir Ihre Karte nicht mehr, außer Sie erhöhen das " +
      "Limit.",
    monthlyLimit: "Monatslimit",
  },
  topUpAuthentication: {
    subject: "Ihre Bank bittet Sie, eine Aufladung zu bestätigen",
    heading: "Bitte bestätigen Sie Ihre Aufladung",
    sentence: "Ihre Bank verlangt, dass Sie diese Zahlung bestätigen. Bisher kamen keine Credits " +
      "hinzu.",
    amount: "Betrag",
    until: "Bis",
    confirm: "Bestätigen und bezahlen",
  },
  bookingReceipt: {
    subject: (paid) => `Beleg Ihrer Buchung: ${paid}`,
    heading: "Ihre Buchung ist bezahlt",
    sentence: "Vielen Dank. Ihre Zahlung ist eingegangen, und Ihre Buchung ist bezahlt.",
    booked: "Gebucht",
    paid: "Bezahlt",
    date: "Datum",
  },
  bookingCancelled: {
    subject: "Ihre Buchung ist storniert",
    heading: "Ihre Buchung ist storniert",
    refunding: "Wir erstatten Ihre Zahlung und schreiben Ihnen, sobald die Erstattung erfolgt ist.",
    refunded: "Ihre Zahlung ist erstattet.",
    notCharged: "Ihnen wurde nichts berechnet.",
    inTransit: "Ihre Zahlung war noch unterwegs. Falls sie eintrifft, erstatten wir sie.",
    booked: "Gebucht",
    price: "Preis",
    refund: "Erstattung",
    date: "Storniert",
  },
  references: {
    order: "Bestellung",
    booking: "Buchung",
    refund: "Erstattung",
  },
  footer: {
    questions: "Fragen?",
  },
};
