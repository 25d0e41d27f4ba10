/**
 * A script of the API page. Scalar renders some elements that a screen reader can't name or a
 * keyboard can't reach. The script repairs these elements at the start, and again after each change
 * of the page. docs-style.ts repairs contrast, sizes and the visible focus.
 */
export const DOCS_REPAIRS = `
const set = (name, value) => (element) => element.setAttribute(name, value);
const remove = (name) => (element) => element.removeAttribute(name);

const REPAIRS = [
  // The button shows only an icon, so a screen reader has no name for it.
  ["button.scalar-code-copy:not([aria-label])", set("aria-label", "Copy")],
  // The button refers to a tooltip that exists only while the mouse is over the button.
  ["button[class*=copy-button][aria-controls]", remove("aria-controls")],
  // With the role "none", a screen reader announces neither the button nor its name.
  ["button[role=none]", remove("role")],
  // The list scrolls, but the links that are scrolled out of sight can't be focused. With the focus
  // on the list, the keyboard can scroll it.
  [".endpoints:not([tabindex])", set("tabindex", "0")],
  // The text of a route's answer scrolls, so the keyboard must be able to reach it.
  [".cm-scroller[tabindex='-1']:not(:has([contenteditable=true]))", set("tabindex", "0")],
  // A combobox must name its list of options. This text field has no such list, so it gets the role
  // of a text field.
  ["[contenteditable][role=combobox]", set("role", "textbox")],
  ["[contenteditable]:not([aria-label])", (field) =>
    field.setAttribute("aria-label", field.dataset.placeholder || "Value")],
  // The list of results is visible as long as the search is open, so the combobox is always
  // expanded.
  ["input[role=combobox]:not([aria-expanded])", set("aria-expanded", "true")],
];

function repair() {
  for (const [selector, mend] of REPAIRS) document.querySelectorAll(selector).forEach(mend);
}

// The route that the user chose in the search or the sidebar. Scalar leaves the focus in the search
// or the sidebar, so this script moves the focus to the chosen route. Any key except Enter discards
// the choice: the user is then doing something else, and the script must no longer move the focus.
let chosen;
addEventListener("keydown", ({ key, target }) => {
  chosen = key !== "Enter"
    ? undefined
    : target.getAttribute("aria-activedescendant")?.replace("search-result-", "") ??
      target.closest("a[href]")?.closest("[data-sidebar-id]")?.dataset.sidebarId;
}, true);

function focusChosen() {
  const section = chosen !== undefined && document.getElementById(chosen);
  if (!section || document.querySelector("[role=dialog]")) return;
  chosen = undefined;
  section.focus({ preventScroll: true });
}

let isDue = false;
new MutationObserver(() => {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    repair();
    focusChosen();
  });
}).observe(document, { childList: true, subtree: true });
repair();
`;
