/** How emails show the shop: the colour of their buttons, and the footer. */
import type { ShopFace } from "../../contracts/database/results/notifications.ts";

/** The colour of buttons and of the line at the top, if the shop has set none. */
const DEFAULT_ACCENT = "#2457d6";

const BLACK = "#000000";
const WHITE = "#ffffff";

/** Returns the share of light that a colour reflects, from 0 to 1, as WCAG defines it. */
function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrastOf(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminanceOf(one), luminanceOf(other)].toSorted((a, b) =>
    a - b
  );
  return (lighter + 0.05) / (darker + 0.05);
}

export interface Accent {
  readonly fill: string;
  /**
   * Black or white. On every colour, at least one of the two has a contrast of 4.5, which WCAG AA
   * requires.
   */
  readonly text: string;
}

export function accentOf({ accent_color }: ShopFace): Accent {
  const isColour = accent_color !== undefined && /^#[0-9a-f]{6}$/i.test(accent_color);
  const fill = isColour ? accent_color : DEFAULT_ACCENT;
  return { fill, text: contrastOf(fill, WHITE) >= contrastOf(fill, BLACK) ? WHITE : BLACK };
}

/**
 * Returns the lines of the footer: the shop's name, its address, its support contacts and its URL.
 */
export function footerOf(shop: ShopFace, questions: string): string[] {
  const support = [shop.support_email, shop.support_url].filter((each) => each !== undefined);
  return [
    ...(shop.name === undefined ? [] : [shop.name]),
    ...(shop.address === undefined ? [] : [shop.address]),
    ...(support.length === 0 ? [] : [`${questions} ${support.join(" · ")}`]),
    ...(shop.url === undefined ? [] : [shop.url]),
  ];
}
