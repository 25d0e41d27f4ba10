/**
 * A script of the API page. Scalar renders some elements that a screen reader can't name or a
 * keyboard can't reach; the script repairs them, and those that Scalar renders later. docs-style.ts
 * repairs what can be seen.
 */
export const DOCS_REPAIRS = `
const set = (name, value) => (element) => element.setAttribute(name, value);
const remove = (name) => (element) => element.removeAttribute(name);

const REPAIRS = [
  // An icon without a text.
  ["button.scalar-code-copy:not([aria-label])", set("aria-label", "Copy")],
  // The id of a tooltip that is only there under a mouse.
  ["button[class*=copy-button][aria-controls]", remove("aria-controls")],
  // The role takes the button's name away.
  ["button[role=none]", remove("role")],
  // A list that scrolls and contains only links that can't be focused before they are seen.
  [".endpoints:not([tabindex])", set("tabindex", "0")],
  // The answer is a text that scrolls.
  [".cm-scroller[tabindex='-1']:not(:has([contenteditable=true]))", set("tabindex", "0")],
  // A text field that names no list of options: "combobox" promises one.
  ["[contenteditable][role=combobox]", set("role", "textbox")],
  ["[contenteditable]:not([aria-label])", (field) =>
    field.setAttribute("aria-label", field.dataset.placeholder || "Value")],
  // The list of results is shown as long as the search is open.
  ["input[role=combobox]:not([aria-expanded])", set("aria-expanded", "true")],
];

function repair() {
  for (const [selector, mend] of REPAIRS) document.querySelectorAll(selector).forEach(mend);
}

// The route that was chosen in the search or the sidebar. Scalar leaves the focus there, before the
// list of all routes. The next key discards the choice, so that no later focus is taken away.
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
