/**
 * Marks a region that scrolls sideways: `data-more` names the sides on which more is hidden, and
 * the style sheet draws a shadow there. Without the shadow, the last columns would seem not to exist
 * on systems that hide their scroll bars. Use this function as a `ref`.
 */
export function watchScrollEdges(region: HTMLElement | null): (() => void) | undefined {
  if (region === null) return;
  const show = () => {
    const { scrollLeft, clientWidth, scrollWidth } = region;
    const sides = [];
    if (scrollLeft > 0) sides.push("left");
    // On a zoomed page, the scroll position can end a fraction of a pixel before the edge.
    if (scrollLeft + clientWidth < scrollWidth - 1) sides.push("right");
    region.dataset["more"] = sides.join(" ");
  };
  const sizes = new ResizeObserver(show);
  for (const sized of [region, ...region.querySelectorAll("table")]) sizes.observe(sized);
  region.addEventListener("scroll", show, { passive: true });
  return () => {
    sizes.disconnect();
    region.removeEventListener("scroll", show);
  };
}
